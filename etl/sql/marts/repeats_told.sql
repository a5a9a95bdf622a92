-- One row per source that delivered something more than once: repeats that say nothing new, and states that arrived late.
select source, count(*) filter (where not is_new_content and not is_stale) as repeats, count(*) filter (where is_stale) as late
from entries_redelivered join entries_keyed using (pull_number, source_row)
where not is_new_content or is_stale group by source order by source
