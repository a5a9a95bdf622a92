-- One row per period × job: people, seconds worked, paid and billed, of everybody or of the own team; newest period first.
with both_kinds as (
    select * from exported_hours
    union all by name
    select pieces.period_end, 'draft' as standing, coalesce(customer_job, '') as customer_job, pieces.employee_id,
        coalesce(sum(pieces.worked_seconds) filter (is_in_pay_period), 0)::bigint as worked_seconds,
        coalesce(sum(pieces.pay_seconds) filter (is_in_pay_period), 0)::bigint as pay_seconds,
        coalesce(sum(pieces.bill_seconds) filter (is_in_bill_period), 0)::bigint as bill_seconds
    from drafted_pieces as pieces join drafted_entries as entries using (period_end, entry_id, version)
    where is_in_pay_period or is_in_bill_period
    group by pieces.period_end, customer_job, pieces.employee_id)
select period_end, standing, case when customer_job = '' then '(no job)' else customer_job end as customer_job,
    count(distinct employee_id) as count_people, sum(worked_seconds)::bigint as worked_seconds, sum(pay_seconds)::bigint as pay_seconds,
    sum(bill_seconds)::bigint as bill_seconds
from both_kinds
where (select is_all from reader where view = 'hours') or employee_id in (select employee_id from team)
group by period_end, standing, customer_job
order by period_end desc, worked_seconds desc, customer_job
