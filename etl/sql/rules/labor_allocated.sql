-- One row per labor key × paid component: which cents of the key come from it.
with parts as (select * from labor_piece_parts),
shares as (select part_id, share from largest_remainder('labor_piece_parts'))
select parts.unit_id as key_no, parts.part_id, parts.part_id // 8 as entry_no, parts.part_id // 2 % 4 as day_no,
    parts.part_id % 2 as class_no, parts.seconds, shares.share as amount_minor
from parts join shares using (part_id)
