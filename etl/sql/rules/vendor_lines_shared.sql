-- One row per line of a vendor's bill: contract × rate × side of the cap × customer:job × service item × class, with its share.
select part_id::int as vendor_line_no, unit_id::int as unit_no, customer_job, service_item, class, weight as seconds, share::bigint as amount_minor
from largest_remainder('vendor_line_parts')
