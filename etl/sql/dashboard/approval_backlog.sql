-- One row per thing that waits for somebody's word: a draft, a person's hours of one week, edits of cross-references.
with hours as (
    select 'hours' as what, period_end, employee_name as person, 'week from ' || date_trunc('week', worked_on)::date as subject,
        count(*) as count_entries, coalesce(sum(worked_seconds), 0)::bigint as seconds, min(worked_on) as since,
        'a time approver of the team' as waits_for
    from held_now
    where list_has_any([pay_reason, cost_reason, bill_reason], ['TE260', 'TE261'])
        and ((select is_all from reader where view = 'approvals') or employee_id in (select employee_id from team))
    group by period_end, employee_id, employee_name, date_trunc('week', worked_on)),
others as (select * from decisions_waiting where (select is_all from reader where view = 'approvals'))
select what, period_end, person, subject, count_entries, seconds, since, date_diff('day', since, (select today from reading)) as age_days,
    waits_for
from (select * from hours union all by name select * from others)
order by since, what, period_end, person, subject
