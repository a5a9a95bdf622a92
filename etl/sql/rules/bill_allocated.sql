-- One row per billable line × piece: which seconds and cents of the line come from it.
with shares as (select * from weighed_remainder('bill_parts'))
select unit_id as bill_line_no, part_id, part_id // 128 as entry_no, part_id // 16 % 8 as day_no, part_id % 16 as class_no,
    weight as seconds, share::bigint as amount_minor
from shares
