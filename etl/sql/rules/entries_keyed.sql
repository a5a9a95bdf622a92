-- One row per landed row, with its entry's id: the tracker's own, or the fingerprint. Pull and row lead back to its texts.
select landed.source || ':' || coalesce(entry_ref, own_ref) as entry_id, hash(landed.source, coalesce(entry_ref, own_ref)) as id_mark, pull_number, source_row, landed.source,
    tracked_person_no, tracked_work_no, worked_on, zone, started_local, started_at, worked_seconds, time_code,
    is_clock_ambiguous, is_billable, is_billable_unreadable, is_already_billed
from stg_files__time_entries as landed left join fingerprints using (pull_number, source_row)
