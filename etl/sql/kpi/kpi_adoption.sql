-- One row per company × who uses it, in these weeks: how many people, in how many weeks, how many records of the audit log, how many
-- stages of runs and how long they took. Who: the roles somebody holds by the people list; single persons only where that is declared.
with named as (
    select events.company, week, events.person, events.number, events.recorded_at,
        case when adoption = 'person' then events.person else coalesce(roles.role, 'no role on record') end as who
    from (select distinct company, number, person, recorded_at from audit_events) as events
        join kpi_weeks as weeks on weeks.company = events.company and events.recorded_at::date between first_day and last_day
        join kpi_companies as companies on companies.company = events.company
        left join kpi_roles as roles on roles.company = events.company and roles.person = events.person),
acted as (
    select company, who, count(distinct person) as people, count(distinct week) as weeks_active, count(*) as records, max(recorded_at)::date as last_on
    from named group by company, who),
ran as (
    select stages.company, coalesce(nullif(role, ''), 'no role on record') as who, count(*) as stages, sum(milliseconds)::bigint as milliseconds
    from ops_stages as stages join kpi_weeks as weeks on weeks.company = stages.company and ended_at::date between first_day and last_day
    group by all)
select company, who, people, weeks_active, records, last_on, stages, milliseconds
from acted full join ran using (company, who) order by company, who
