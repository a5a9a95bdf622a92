-- One row per landed row without an id of the tracker's: a fingerprint of what it says, with an ordinal (M14). Of equal
-- fingerprints in one file each keeps its own ordinal, so a re-export meets the same ids and adds nothing.
with printed as (
    select md5(concat_ws(chr(31), coalesce(person_ref, ''), coalesce(date_text, ''), coalesce(start_text, ''),
            coalesce(end_text, ''), coalesce(client_ref, ''), coalesce(project_ref, ''), coalesce(task_ref, ''),
            coalesce(note, ''))) as fingerprint, texts.*
    from landed_texts as texts where entry_ref is null)
select pull_number, source_row, '~' || left(fingerprint, 16) || '-' || row_number() over (
        partition by source, pull_number, fingerprint
        order by duration_text, break_text, service_ref, billable_text, billed_text, currency_text, tags, extra, updated_text, source_row
    ) as own_ref
from printed
