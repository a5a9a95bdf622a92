-- One row per name that keeps entries held and has no row in the cross-references as they are now: the file it belongs in,
-- the cells that are known (outer_ref: the client of a project, the item of a rate), how much waits since when.
with waiting as (   -- once an entry, whatever streams wait for it
    select *, list_distinct(list_filter([pay_reason, cost_reason, bill_reason], lambda code: code is not null)) as codes
    from entries_to_map where worked_on is not null),
named as (
    select 'employees.csv' as file, source, '' as outer_ref, nfc_normalize(coalesce(person_ref, '(none)')) as ref, worked_on, worked_seconds
    from waiting where list_contains(codes, 'TE007')
    union all
    select 'projects.csv', source, nfc_normalize(coalesce(client_ref, '(none)')), nfc_normalize(coalesce(project_ref, '(none)')), worked_on, worked_seconds
    from waiting where list_has_any(codes, ['TE007', 'TE008'])
    union all
    select 'items.csv', source, '', nfc_normalize(coalesce(service_ref, '(none)')), worked_on, worked_seconds
    from waiting where list_has_any(codes, ['TE007', 'TE008', 'TE009'])   -- a stream names one reason, the first
    union all
    select 'rates.csv', '', service_item, customer_job, worked_on, worked_seconds from waiting
    where list_contains(codes, 'TE011') and customer_job is not null and service_item is not null
    union all
    select 'private/pay_rates.csv', '', '', employee_id, worked_on, worked_seconds from waiting
    where list_contains(codes, 'TE012') and employee_id is not null),
unanswered as (   -- what was mapped since the draft is no longer to do
    select * from named
    where not exists (select 1 from map_employees as known where file = 'employees.csv' and known.person_ref = ref
            and known.source in (named.source, '*') and worked_on between known.effective_from and known.effective_to)
        and not exists (select 1 from map_projects as known where file = 'projects.csv' and known.project_ref = ref
            and known.client_ref in (outer_ref, '*') and known.source in (named.source, '*') and worked_on between known.effective_from and known.effective_to)
        and not exists (select 1 from map_items as known where file = 'items.csv' and known.service_ref = ref
            and known.source in (named.source, '*') and worked_on between known.effective_from and known.effective_to)
        and not exists (select 1 from map_rates as known where file = 'rates.csv' and known.customer_job in (ref, '*')
            and known.service_item in (outer_ref, '*') and known.employee_id = '*' and worked_on between known.effective_from and known.effective_to)
        and not exists (select 1 from map_pay_rates as known where file = 'private/pay_rates.csv' and known.employee_id = ref
            and worked_on between known.effective_from and known.effective_to))
select file, source, outer_ref, ref, min(worked_on) as first_day, max(worked_on) as last_day, count(*) as count_entries,
    coalesce(sum(worked_seconds), 0)::bigint as seconds
from unanswered group by file, source, outer_ref, ref order by file, seconds desc, source, outer_ref, ref
