-- One row per valid entry of this run's periods, as the suite `entries` looks at it.
select entry_id, staged.person_ref, entries.worked_on, entries.worked_seconds, hour_kind::varchar as hour_kind, entries.worked_seconds as evidence_seconds
from entries_rounded as entries join stg_files__time_entries as staged using (pull_number, source_row) cross join run_parameters
where entry_state is null and entries.worked_on between owned_start and owned_end order by entry_no
