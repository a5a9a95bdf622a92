-- One row per landed row of an entry delivered more than once: is its content new, or a repeat? Repeats add nothing.
-- A conflict: one file tells two stories of one entry, and no update time says which is the later; a later file with
-- one story settles it. An update time that came before with the same content never counts again, and a delivery whose
-- update time lies before one that came earlier is stale: it arrived late and says nothing new (docs/adr/0018).
with keyed as not materialized (select entry_id, id_mark, pull_number, source_row from entries_keyed),
marks as (select id_mark from keyed group by id_mark having count(*) > 1),   -- eight bytes each; equal ones are told apart next
repeated as (select entry_id from keyed semi join marks using (id_mark) group by entry_id having count(*) > 1),
contents as (
    select entry_id, pull_number, source_row, updated_text, updated_at,
        struct_pack(updated_text, person_ref, client_ref, project_ref, task_ref, service_ref, date_text, start_text,
            end_text, duration_text, break_text, billable_text, billed_text, currency_text, note, tags, extra) as content
    from keyed semi join repeated using (entry_id) join landed_texts using (pull_number, source_row)
    join (select pull_number, source_row, updated_at from stg_files__time_entries) as staged using (pull_number, source_row)),
compared as (
    select entry_id, pull_number, source_row, row_number() over earlier as turn,
        content is distinct from lag(content) over earlier as is_other_content,
        updated_text is not null and row_number() over same_content > 1 as is_known_update,
        coalesce(updated_at < max(updated_at) over (partition by entry_id order by pull_number
            range between unbounded preceding and 1 preceding), false) as is_stale,
        coalesce(lag(pull_number) over earlier = pull_number and content is distinct from lag(content) over earlier
            and updated_text is not distinct from lag(updated_text) over earlier, false) as is_conflict
    from contents
    window earlier as (partition by entry_id order by pull_number, updated_at nulls first, updated_text nulls first, content, source_row),
        same_content as (partition by entry_id, content order by pull_number, source_row)),
judged as (
    select *, bool_or(is_conflict) over (partition by entry_id, pull_number) as is_in_conflict from compared),
told as (
    select *,
        (is_other_content and not is_stale and (is_conflict or not is_known_update))
            or (lag(pull_number) over earlier <> pull_number and lag(is_in_conflict) over earlier) as is_new_content
    from judged window earlier as (partition by entry_id order by turn)),
numbered as (
    select entry_id, pull_number, source_row, is_new_content, is_conflict, is_stale,
        sum(is_new_content::int) over (partition by entry_id order by turn rows unbounded preceding)::int as version
    from told)
select * from numbered
