-- One row per billable line × piece: which seconds and cents of the line come from it.
with parts as (select * from bill_parts),
shares as (select part_id, share from largest_remainder('bill_parts'))
select parts.unit_id as bill_line_no, parts.part_id, parts.part_id // 8 as entry_no, parts.part_id // 2 % 4 as day_no,
    parts.part_id % 2 as class_no, parts.weight as seconds, shares.share as amount_minor
from parts join shares using (part_id)
