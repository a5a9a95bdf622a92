-- One row per verification of an exception: its cause, its owner, from the day it was opened to the day another person verified it,
-- in business days (Monday to Friday, the first day not counted), and the minutes people wrote down since the verification before.
with events as (
    select company, item, number, event, code, owner, opened_on, recorded_at, minutes,
        coalesce(max(case when event = 'verified' then number end) over (partition by company, item order by number
            rows between unbounded preceding and 1 preceding), 0) as verified_before
    from audit_events where type = 'exception'),
worked as (select company, item, verified_before, sum(minutes)::bigint as minutes from events group by company, item, verified_before)
select company, item, code, owner, opened_on, recorded_at::date as verified_on, worked.minutes,
    len(list_filter(range(greatest(0, recorded_at::date - opened_on)), lambda step: isodow(opened_on + step::int + 1) < 6))::bigint as business_days
from events join worked using (company, item, verified_before)
where event = 'verified' and recorded_at::date >= opened_on
