-- One row per entry version in the one order of everything below, which is its row's place: person, day, start, id,
-- version; never the file's order. References are numbers from here on: who, and what was done, as of its date.
with versions as not materialized (select * from entry_versions),
persons as (
    select tracked_person_no, worked_on, person_no, person_day_no from people_on_day as people join tracked_people as tracked
        on tracked.source = people.source and coalesce(tracked.person_ref, '(none)') = people.ref),
doubts as (
    select tracked_person_no, code from refs_in_doubt as doubts join tracked_people as tracked
        on doubts.kind = 'person' and tracked.source = doubts.source and tracked.person_ref = doubts.ref)
select versions.* exclude (source, tracked_person_no, tracked_work_no), persons.person_no, persons.person_day_no, works.rowid::int as work_no,
    doubts.code as person_doubt
from versions
join work_used as works on works.tracked_work_no = versions.tracked_work_no and works.worked_on is not distinct from versions.worked_on
left join persons on persons.tracked_person_no = versions.tracked_person_no and persons.worked_on = versions.worked_on
left join doubts on doubts.tracked_person_no = versions.tracked_person_no
order by persons.person_no nulls last, versions.worked_on nulls last, started_at nulls last, entry_id, version
