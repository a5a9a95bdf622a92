-- One row per debit line of employer charges: account × customer:job × class × currency, in order of first appearance.
with keys as (
    select letter, shared.account, keys.cost_job, keys.class, keys.pay_currency, keys.pay_minor_digits, keys.key_no, charge_minor
    from charge_keys_shared as shared join labor_keys_shared as keys using (key_no) where shared.cost_state = 'exported'),
summed as (
    select letter, account, cost_job, class, pay_currency, any_value(pay_minor_digits) as pay_minor_digits, sum(charge_minor)::hugeint as amount_minor, min(key_no) as first_key_no
    from keys group by letter, account, cost_job, class, pay_currency)
select row_number() over (order by pay_currency <> home_currency, case when pay_currency <> home_currency then pay_currency end, first_key_no, account)::int as line_number,
    summed.*, case letter when 'U' then 'Burden, estimate, ' else 'Employer tax ' end || coalesce(list_last(string_split(cost_job, ':')), 'internal')
        || coalesce(' / ' || class, '') || case when pay_currency <> home_currency then ', ' || pay_currency else '' end as memo
from summed cross join run_parameters
