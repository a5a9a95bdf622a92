-- One row per labor key × paid component: which cents of the key come from it.
with shares as (select * from largest_remainder('labor_piece_parts'))
select unit_id as key_no, part_id, part_id // 128 as entry_no, part_id // 16 % 8 as day_no, part_id % 16 as class_no, seconds,
    share::bigint as amount_minor
from shares
