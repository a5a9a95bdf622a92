-- One row per person × workweek × employer tax (mode separate), rounded once on the wages as posted (targets, rule 0.3): percent of
-- what of them is below the wage base. Row of payroll_taxes.csv: the closest one in force on the pay date (person before group
-- and place before group before place before any), in the currency of the wages. Bases count by pay date and calendar year: wages
-- before are those declared, those of earlier batches, those of earlier workweeks here. Wages without a rate are not known.
with parameters as (select * from run_parameters where charges_taxes),
weeks as (
    select person_no, workweek_start, pay_currency, any_value(pay_minor_digits) as pay_minor_digits, any_value(lines.employee_id) as employee_id,
        max(employee_name) as employee_name, min(lines.pay_group) as pay_group, min(pay_date) as pay_date
    from payroll_lines_rounded as lines join run_pay_periods using (pay_group) cross join parameters group by person_no, workweek_start, pay_currency),
placed as (
    select weeks.*, (select arg_max(work_location, effective_from) from map_employees as people where people.employee_id = weeks.employee_id
            and people.effective_from <= weeks.workweek_start + 6 and people.effective_to >= weeks.workweek_start) as work_location
    from weeks where not exists (from scope_refs where kind = 'employee' and is_tax_out and ref = weeks.employee_id
        and weeks.pay_date between scope_refs.effective_from and scope_refs.effective_to)),
rated as (
    select placed.*, taxes.tax, taxes.map_row, taxes.percent, taxes.pay_items, taxes.job_account, taxes.other_account, taxes.credit_account,
        (taxes.wage_base::decimal(24, 6) * 1000::decimal(4, 0))::hugeint // ten_to(3 - pay_minor_digits) as wage_base_minor
    from placed left join map_payroll_taxes as taxes on taxes.employee_id in ('*', placed.employee_id) and taxes.pay_group in ('*', placed.pay_group)
        and taxes.work_location in ('*', coalesce(placed.work_location, '*')) and taxes.currency = pay_currency
        and pay_date between taxes.effective_from and taxes.effective_to
    qualify row_number() over (partition by person_no, workweek_start, pay_currency, taxes.tax
        order by (taxes.employee_id <> '*')::int * 4 + (taxes.pay_group <> '*')::int * 2 + (taxes.work_location <> '*')::int desc) = 1),
waged as (
    select rated.person_no, rated.workweek_start, rated.pay_currency, rated.tax, coalesce(sum(amount_minor), 0)::hugeint as wages_minor,
        count(*) - count(amount_minor) as count_unknown
    from rated join payroll_lines_rounded as lines using (person_no, workweek_start, pay_currency)
    where is_taxed(pay_items, pay_item) group by all),
before as (   -- what was paid in the year on an earlier day, or declared as paid by now
    select rated.person_no, rated.workweek_start, rated.pay_currency, rated.tax,
        sum((told.wages::decimal(24, 3) * 1000::decimal(4, 0))::hugeint // ten_to(3 - pay_minor_digits))::hugeint as told_minor
    from rated join tax_wages_before as told on told.employee_id = rated.employee_id and told.tax in ('*', rated.tax)
        and told.currency = rated.pay_currency and told.paid_on <= pay_date and year(told.paid_on) = year(pay_date)
    group by rated.person_no, rated.workweek_start, rated.pay_currency, rated.tax),
summed as (
    select rated.*, coalesce(wages_minor, 0)::hugeint as wages_minor, coalesce(count_unknown, 0) as count_unknown, (coalesce(told_minor, 0)
        + coalesce(sum(coalesce(wages_minor, 0)) over (partition by rated.person_no, rated.tax, rated.pay_currency, year(pay_date)
            order by pay_date, rated.workweek_start rows between unbounded preceding and 1 preceding), 0))::hugeint as before_minor
    from rated left join waged using (person_no, workweek_start, pay_currency, tax) left join before using (person_no, workweek_start, pay_currency, tax)),
cut as (
    select summed.*, (case when wage_base_minor is null then wages_minor
        else least(before_minor + wages_minor, wage_base_minor) - least(before_minor, wage_base_minor) end)::hugeint as taxable_minor
    from summed)
select cut.*, divide_half_up(taxable_minor * (percent * 1000000::decimal(7, 0))::hugeint, 100000000) as amount_minor
from cut order by person_no, workweek_start, pay_currency, tax
