-- One row per valid entry of this run's periods, as the suite `entries` looks at it.
select entry_id, person_ref, worked_on, worked_seconds, hour_kind, worked_seconds as evidence_seconds
from entries_rounded cross join run_parameters
where entry_state is null and worked_on between owned_start and owned_end order by entry_no
