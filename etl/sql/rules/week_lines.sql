-- One row per entry version of a person's whole workweek that a manager answers for: what is no entry any more (superseded, withdrawn,
-- rejected, out of scope) is left out, what is held for another reason is not. `line` is what an approval is bound to: id, day,
-- start, seconds, project, service, billable and note as the tracker gives them, so that a mapping row voids none.
with asked as (select * from run_parameters where time_source <> 'none'),
entries as (
    select entry_no, entry_id, employee_id, employee_name, worked_on, workweek_of(worked_on, week_begins_on) as week, worked_seconds, pull_number, source_row
    from entries_judged
    where employee_id is not null and worked_on is not null and coalesce(entry_code, '') not in ('TE003', 'TE030', 'TE031', 'TE032', 'TE033')),
said as (
    select entries.*, texts.client_ref, texts.project_ref, texts.task_ref, texts.service_ref, texts.billable_text,
        epoch_us(staged.started_at) // 1000000 as begin_second, sha256(texts.note) as note_digest
    from entries cross join asked join stg_files__time_entries as staged using (pull_number, source_row)
    join landed_texts as texts using (pull_number, source_row)
    where week >= window_start and week + 6 <= window_end)
select entry_no, entry_id, employee_id, employee_name, week, worked_on, worked_seconds,
    coalesce(nullif(concat_ws(' : ', client_ref, project_ref, task_ref), ''), '(none)') || coalesce(' / ' || service_ref, '') as place,
    coalesce(billable_text, '') as billable, coalesce(left(note_digest, 16), '') as note_mark,
    concat_ws(chr(31), entry_id, worked_on, coalesce(begin_second::varchar, ''), coalesce(worked_seconds::varchar, ''), coalesce(client_ref, ''),
        coalesce(project_ref, ''), coalesce(task_ref, ''), coalesce(service_ref, ''), coalesce(billable_text, ''), coalesce(note_digest, '')) as line
from said
