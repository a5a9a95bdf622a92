-- One row per person, project and item of the trackers × why its time is in, waits or is out, with entries and seconds. Of each
-- kind the rows together are all entries (audits/scope_not_conserved). What scope.csv leaves out of some streams is in, and says of which.
with left_out as (
    select scope.*, concat_ws(', ', case when pay = 'no' then 'pay' end, case when labor = 'no' then 'labor' end,
            case when billing = 'no' then 'billing' end, case when tax = 'no' then 'employer taxes' end) as streams,
        scope.map_row as line
    from map_scope as scope),
judged as (
    select names.*, case when worked_on is null then 'waits' when worked_on < go_live then 'out' when names.map_row is null then 'waits'
            when kind = 'person' and len(pilot_employees) > 0 and not list_contains(pilot_employees, employees.employee_id) then 'out' else 'in' end as scope,
        case when worked_on is null then 'without a readable date' when worked_on < go_live then 'before the go-live' when names.map_row is null then 'not mapped on that day'
            when kind = 'person' and len(pilot_employees) > 0 and not list_contains(pilot_employees, employees.employee_id) then 'not in the pilot'
            when kind = 'person' then 'as ' || employees.employee_id || ' ' || employees.employee_name
            when kind = 'project' then coalesce('as ' || projects.customer_job, 'the company''s own') || case projects.billing_method when 'not_billed' then ', not billed' else '' end
            else 'as ' || items.service_item || case items.hour_kind when 'worked' then '' else ', ' || replace(items.hour_kind, '_', ' ') end end
            || coalesce((select string_agg('; without ' || streams || ': ' || left_out.reason, '' order by line) from left_out
                where streams <> '' and worked_on between left_out.effective_from and left_out.effective_to and case names.kind
                    when 'person' then left_out.kind = 'employee' and left_out.ref = employees.employee_id
                    when 'project' then left_out.kind = 'customer_job' and left_out.ref in (projects.customer_job, split_part(projects.customer_job, ':', 1))
                    else left_out.kind = 'service_item' and left_out.ref = items.service_item end), '') as reason
    from tracker_names as names cross join list_parameters
    left join map_employees as employees on kind = 'person' and employees.map_row = names.map_row
    left join map_projects as projects on kind = 'project' and projects.map_row = names.map_row
    left join map_items as items on kind = 'item' and items.map_row = names.map_row
    where kind in ('person', 'project', 'item'))
select kind, source, outer_ref, ref, any_value(title) as title, scope, reason, count(*) as count_entries, sum(seconds)::bigint as seconds,
    min(worked_on) as first_day, max(worked_on) as last_day
from judged group by kind, source, outer_ref, ref, scope, reason
order by array_position(['person', 'project', 'item'], kind), array_position(['waits', 'out', 'in'], scope), seconds desc, source, outer_ref, ref, reason
