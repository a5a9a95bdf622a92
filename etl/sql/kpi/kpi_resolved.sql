-- One row per company × cause × owner of the exceptions verified in these weeks: how many, the business days and the longest, the minutes
-- written down. The slowest first.
with weeks as (select company, min(first_day) as first_day, max(last_day) as last_day from kpi_weeks group by company)
select company, code, any_value(codes.title) as title, owner, count(*) as items, sum(business_days)::bigint as business_days,
    max(business_days) as longest, sum(minutes)::bigint as minutes
from kpi_resolutions join weeks using (company) join codes using (code)
where verified_on between first_day and last_day
group by company, code, owner order by company, business_days desc, items desc, code, owner
