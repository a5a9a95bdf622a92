-- One row per debit line of the labor journal: account × customer:job × class × currency, of leave also its kind, in order of
-- first appearance. What a salary is less than its hours at standard is a credit among them.
with keys as (select * from labor_keys_shared where cost_state = 'exported'),
summed as (
    select account, cost_purpose, cost_job, class, leave_kind, pay_currency, any_value(pay_minor_digits) as pay_minor_digits,
        sum(key_minor)::hugeint as amount_minor, min(key_no) as first_key_no
    from keys group by account, cost_purpose, cost_job, class, leave_kind, pay_currency)
select row_number() over (order by pay_currency <> home_currency, case when pay_currency <> home_currency then pay_currency end, first_key_no)::int as line_number, summed.*,
    case cost_purpose when 'suspense' then 'Unmapped labor' when 'leave_expense' then 'Paid leave' || coalesce(', ' || leave_kind, '')
        when 'overtime_premium' then 'Overtime premium' when 'salary_variance' then 'Salaries over or under standard cost'
        when 'labor_variance' then 'Labor over or under standard cost'
        else 'Labor ' || coalesce(list_last(string_split(cost_job, ':')), 'internal') end
        || coalesce(' / ' || class, '') || case when pay_currency <> home_currency then ', ' || pay_currency else '' end as memo
from summed cross join run_parameters
