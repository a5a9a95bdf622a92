-- One row per debit line of the labor journal: account × customer:job × class, in order of first appearance.
with keys as (select * from labor_keys_shared where cost_state = 'exported'),
summed as (
    select account, cost_purpose, cost_job, class, sum(key_minor)::hugeint as amount_minor, min(key_no) as first_key_no
    from keys group by account, cost_purpose, cost_job, class)
select row_number() over (order by first_key_no)::int as line_number, summed.*,
    case cost_purpose when 'suspense' then 'Unmapped labor' when 'leave_expense' then 'Paid leave'
        else 'Labor ' || coalesce(list_last(string_split(cost_job, ':')), 'internal') end
        || coalesce(' / ' || class, '') as memo
from summed
