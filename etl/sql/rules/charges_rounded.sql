-- One row per person × workweek × employer charge, rounded once on the person's posted wages (targets, rule 0.3). Mode
-- separate (letter E): each tax that comes to something. Mode burden_rate (letter U): the declared percentage, of the closest row on the workweek's first day (group and place before group before
-- place before any), of the labor posted to jobs. An estimate: it knows no wage base. Without a row the percentage is null.
with parameters as (select * from run_parameters where charges_burden),
weeks as (
    select lines.person_no, lines.workweek_start, any_value(lines.employee_id) as employee_id, any_value(lines.pay_group) as pay_group,
        keys.pay_currency, any_value(keys.pay_minor_digits) as pay_minor_digits, sum(key_minor)::hugeint as base_minor
    from labor_keys_shared as keys join payroll_lines_rounded as lines using (payroll_line_no) cross join parameters
    anti join keys_untaxed as untaxed on untaxed.key_no = keys.key_no
    where keys.cost_state = 'exported' and keys.cost_purpose = 'direct_labor' group by lines.person_no, lines.workweek_start, keys.pay_currency),
placed as (
    select weeks.*, (select arg_max(work_location, effective_from) from map_employees as people where people.employee_id = weeks.employee_id
            and people.effective_from <= weeks.workweek_start + 6 and people.effective_to >= weeks.workweek_start) as work_location
    from weeks),
rated as (
    select placed.*, rates.percent, row_number() over (partition by person_no, placed.workweek_start, pay_currency
        order by (rates.pay_group <> '*')::int * 2 + (rates.work_location <> '*')::int desc) as place
    from placed left join map_burden_rates as rates on rates.pay_group in ('*', placed.pay_group)
        and rates.work_location in ('*', coalesce(placed.work_location, '*'))
        and placed.workweek_start between rates.effective_from and rates.effective_to),
charges as (
    select 'U' as letter, null as tax, rated.* exclude (place), '*' as pay_items, null as job_account, null as other_account, null as credit_account,
        divide_half_up(base_minor * (percent * 1000000::decimal(7, 0))::hugeint, 100000000) as amount_minor
    from rated where place = 1
    union all by name
    select 'E' as letter, tax, person_no, workweek_start, employee_id, pay_group, pay_currency, pay_minor_digits, taxable_minor as base_minor, work_location,
        percent, pay_items, job_account, other_account, credit_account, amount_minor
    from taxes_rounded where amount_minor <> 0)
select row_number() over (order by person_no, workweek_start, pay_currency, tax) as charge_no, charges.* from charges
