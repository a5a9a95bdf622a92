-- One row per landed row, with its entry's id: the tracker's own, or a fingerprint with an ordinal (M14). Of equal
-- fingerprints in one file each keeps its own ordinal, so a re-export meets the same ids and adds nothing.
with staged as (select * from stg_files__time_entries),
with_id as (
    select source || ':' || entry_ref as entry_id, staged.* from staged where entry_ref is not null),
printed as (
    select md5(concat_ws(chr(31), coalesce(person_ref, ''), coalesce(date_text, ''), coalesce(start_text, ''),
            coalesce(end_text, ''), coalesce(client_ref, ''), coalesce(project_ref, ''), coalesce(task_ref, ''),
            coalesce(note, ''))) as fingerprint, staged.*
    from staged where entry_ref is null),
counted as (
    select row_number() over (
            partition by source, pull_number, fingerprint
            order by duration_text, break_text, service_ref, billable_text, billed_text, currency_text, tags, extra, updated_text, source_row
        ) as ordinal, printed.*
    from printed),
without_id as (
    select source || ':~' || left(fingerprint, 16) || '-' || ordinal as entry_id,
        counted.* exclude (fingerprint, ordinal)
    from counted),
keyed as (select * from with_id union all by name select * from without_id)
select * from keyed
