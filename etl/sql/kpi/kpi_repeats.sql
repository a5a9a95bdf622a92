-- One row per pull × source × way its entries are known: rows landed, and those that say nothing new about an entry known before.
select pull_number, keyed.source, own_ref is not null as is_fingerprint, count(*) as count_rows,
    count(*) filter (where not coalesce(is_new_content, true)) as count_repeats
from entries_keyed as keyed left join fingerprints using (pull_number, source_row) left join entries_redelivered using (pull_number, source_row)
group by all
