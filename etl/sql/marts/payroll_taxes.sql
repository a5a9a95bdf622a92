-- One row per person × workweek × employer tax paid in this run, with the year so far where a base asks for it: wages before, wages of the week, what of them
-- is below the wage base, the tax, and what of it is posted, waits with held work, or is left where payroll books it.
with states as (
    select tax, person_no, workweek_start, pay_currency, coalesce(sum(charge_minor) filter (where cost_state = 'exported'), 0)::hugeint as posted_minor,
        coalesce(sum(charge_minor) filter (where cost_state = 'held'), 0)::hugeint as held_minor
    from charges_rounded join charge_keys_shared using (charge_no) where charges_rounded.letter = 'E' group by all)
select tax, employee_id, employee_name, workweek_start, pay_date as paid_on, percent, amount_of(wage_base_minor, pay_minor_digits) as wage_base,
    case when wage_base_minor is not null then amount_of(before_minor, pay_minor_digits) end as wages_before, amount_of(wages_minor, pay_minor_digits) as wages,
    amount_of(taxable_minor, pay_minor_digits) as taxable_wages, amount_of(amount_minor, pay_minor_digits) as amount,
    amount_of(coalesce(posted_minor, 0), pay_minor_digits) as posted_amount, amount_of(coalesce(held_minor, 0), pay_minor_digits) as held_amount,
    amount_of(amount_minor - coalesce(posted_minor, 0) - coalesce(held_minor, 0), pay_minor_digits) as left_amount, pay_currency as currency
from taxes_rounded left join states using (tax, person_no, workweek_start, pay_currency) where tax is not null
order by tax, employee_id, workweek_start, currency
