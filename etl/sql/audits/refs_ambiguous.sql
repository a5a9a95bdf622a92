-- References that two mapping rows answer on one day. Must be empty: one row per entry, date and stream.
select kind, source, outer_ref, ref, worked_on, count(*) as answers, list(map_row order by map_row) as map_rows
from refs_resolved group by kind, source, outer_ref, ref, worked_on having count(*) > 1
