-- One row per valid entry of this run's periods, as the suite `entries` looks at it.
with entries as (select * from entries_rounded), texts as (select rowid as version_no, person_ref from entry_versions)
select entry_id, person_ref, worked_on, worked_seconds, hour_kind, worked_seconds as evidence_seconds
from entries join texts using (version_no) cross join run_parameters
where entry_state is null and worked_on between owned_start and owned_end order by entry_no
