-- One row per line of a vendor's bill × piece of an entry: which seconds and cents of the line come from it.
select unit_id as vendor_line_no, part_id // 2 as part_id, part_id // 256 as entry_no, part_id // 32 % 8 as day_no, 0 as class_no,
    weight as seconds, share::bigint as amount_minor
from largest_remainder('vendor_piece_parts')
