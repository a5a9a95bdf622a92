-- One row per labor key that an employer charge is made on, as a part of it, for the shares: weighed by its wages as posted. Burden
-- is on posted labor of jobs; a tax is on all pay, what of it waits or is left where it is booked included. What pay is over
-- or under standard cost bears no tax of its own: the hours do.
with parameters as (select *, (select any_value(account) from map_accounts where purpose = 'burden_expense') as burden_account,
        (select any_value(account) from map_accounts where purpose = 'employer_taxes') as job_taxes,
        (select any_value(account) from map_accounts where purpose = 'internal_taxes') as internal_taxes from run_parameters),
parts as (
    select charge_no as unit_id, keys.key_no as part_id, keys.key_no as part_order, charges.amount_minor as unit_total, key_minor as weight, letter,
        keys.cost_state, burden_account as account
    from charges_rounded as charges join payroll_lines_rounded as lines using (person_no, workweek_start, pay_currency)
    join labor_keys_shared as keys on keys.payroll_line_no = lines.payroll_line_no and keys.cost_state = 'exported' and keys.cost_purpose = 'direct_labor'
    anti join keys_untaxed as untaxed on untaxed.key_no = keys.key_no
    cross join parameters where percent is not null and letter = 'U'
    union all
    select charge_no, keys.key_no, keys.key_no, charges.amount_minor, case when keys.cost_purpose in ('salary_variance', 'labor_variance') then 0 else greatest(key_minor, 0) end, letter,
        case when untaxed.is_by_job then 'out_of_scope'::entry_state else keys.cost_state end, case when keys.cost_purpose = 'direct_labor' then coalesce(charges.job_account, job_taxes)
            else coalesce(charges.other_account, internal_taxes) end
    from charges_rounded as charges join payroll_lines_rounded as lines using (person_no, workweek_start, pay_currency)
    join labor_keys_shared as keys on keys.payroll_line_no = lines.payroll_line_no
    left join keys_untaxed as untaxed on untaxed.key_no = keys.key_no
    cross join parameters where letter = 'E' and is_taxed(charges.pay_items, lines.pay_item))
select * replace (case when sum(weight) over (partition by unit_id) = 0 then 1 else weight end as weight) from parts
