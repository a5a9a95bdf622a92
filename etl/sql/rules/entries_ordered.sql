-- One row per entry version in the one order of everything below, which is its row's place: person, day, start, id,
-- version; never the file's order. References are numbers from here on: who, and what was done, as of its date.
with versions as not materialized (select * from entry_versions)
select versions.* exclude (source, person_ref, client_ref, project_ref, service_ref, currency_text), people.person_no,
    people.person_day_no, works.rowid::int as work_no, person_doubts.code as person_doubt
from versions
join work_used as works on works.source = versions.source and works.client_ref is not distinct from versions.client_ref
    and works.project_ref is not distinct from versions.project_ref and works.service_ref is not distinct from versions.service_ref
    and works.currency_text is not distinct from versions.currency_text and works.worked_on is not distinct from versions.worked_on
left join people_on_day as people on people.source = versions.source
    and people.ref = coalesce(versions.person_ref, '(none)') and people.worked_on = versions.worked_on
left join refs_in_doubt as person_doubts on person_doubts.kind = 'person' and person_doubts.source = versions.source
    and person_doubts.ref = versions.person_ref
order by people.person_no nulls last, versions.worked_on nulls last, started_at nulls last, entry_id, version
