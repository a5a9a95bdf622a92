-- One row per piece behind a line of a vendor's bill, as a part of it.
with pieces as (select * from vendor_pieces)
select lines.vendor_line_no as unit_id, (pieces.entry_no * 128 + pieces.day_no * 16) * 2 + over_no as part_id, part_id as part_order,
    lines.amount_minor as unit_total, pieces.seconds as weight
from pieces join vendor_units_rounded as units using (contract_no, rate_millionths, over_no)
join vendor_lines_shared as lines on lines.unit_no = units.unit_no and lines.customer_job is not distinct from pieces.customer_job
    and lines.service_item = pieces.service_item and lines.class is not distinct from pieces.class
