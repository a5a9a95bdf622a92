-- One row per labor key × account × paid component: which cents of the employer charges come from it.
select unit_id as posting_no, key_no, part_id, part_id // 128 as entry_no, part_id // 16 % 8 as day_no, part_id % 16 as class_no,
    share::bigint as amount_minor, addition_no
from largest_remainder('charge_piece_parts')
