-- One row per entry version in the one order of everything below, which is its row's place: person, day, start, id,
-- version; never the file's order. References are numbers from here on: who, what and which item, as of its date.
with versions as not materialized (select * from entry_versions)
select versions.* exclude (source, person_ref, client_ref, project_ref, service_ref), people.person_no,
    people.person_day_no, projects.project_day_no, items.item_day_no, person_doubts.code as person_doubt,
    coalesce(project_doubts.code, item_doubts.code) as name_doubt
from versions
left join people_on_day as people on people.source = versions.source
    and people.ref = coalesce(versions.person_ref, '(none)') and people.worked_on = versions.worked_on
left join projects_on_day as projects on projects.source = versions.source
    and projects.outer_ref = coalesce(versions.client_ref, '(none)')
    and projects.ref = coalesce(versions.project_ref, '(none)') and projects.worked_on = versions.worked_on
left join items_on_day as items on items.source = versions.source
    and items.ref = coalesce(versions.service_ref, '(none)') and items.worked_on = versions.worked_on
left join refs_in_doubt as person_doubts on person_doubts.kind = 'person' and person_doubts.source = versions.source
    and person_doubts.ref = versions.person_ref
left join refs_in_doubt as project_doubts on project_doubts.kind = 'project' and project_doubts.source = versions.source
    and project_doubts.outer_ref = coalesce(versions.client_ref, '(none)')
    and project_doubts.ref = coalesce(versions.project_ref, '(none)')
left join refs_in_doubt as item_doubts on item_doubts.kind = 'item' and item_doubts.source = versions.source
    and item_doubts.ref = versions.service_ref
order by people.person_no nulls last, versions.worked_on nulls last, started_at nulls last, entry_id, version
