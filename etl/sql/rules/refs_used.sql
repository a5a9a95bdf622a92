-- One row per reference a tracker used on a day: kind, source, outer ref (the client of a project), ref. Few rows; what
-- answers them and what is doubtful about them is asked here, not per entry.
with works as (select * from work_used where worked_on is not null)
select distinct 'person' as kind, source, '' as outer_ref, coalesce(person_ref, '(none)') as ref, worked_on
from (select distinct tracked_person_no, worked_on from entry_versions where worked_on is not null) join tracked_people using (tracked_person_no)
union all
select distinct 'project', source, coalesce(client_ref, '(none)'), coalesce(project_ref, '(none)'), worked_on from works
union all
select distinct 'item', source, '', coalesce(service_ref, '(none)'), worked_on from works
