-- One row per billed piece as a part of its billable line, for the shares.
with pieces as (select * from bill_pieces),
lines as (select * from bill_lines_rounded)
select lines.bill_line_no as unit_id, pieces.entry_no * 128 + pieces.day_no * 16 + pieces.class_no as part_id,
    pieces.entry_no * 128 + pieces.day_no * 16 + pieces.class_no as part_order,
    lines.amount_minor as unit_total, lines.bill_seconds as unit_weight, pieces.bill_seconds as weight
from pieces join lines using (customer_job, service_item, bill_rate, bill_currency)
