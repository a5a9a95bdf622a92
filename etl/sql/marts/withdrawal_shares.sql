-- One row per source: how many of its entries in the window a complete pull no longer holds.
select source, count(distinct entry_id) as entries, count(distinct entry_id) filter (where is_withdrawn) as withdrawn
from entry_versions group by source order by source
