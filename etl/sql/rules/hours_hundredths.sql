-- One row per payroll line with its hours in hundredths.
with parts as (select * from hours_parts),
shares as (select part_id, share::bigint as share from largest_remainder('hours_parts'))
select parts.part_id as payroll_line_no, parts.weight as seconds, shares.share as hundredths
from parts join shares using (part_id)
