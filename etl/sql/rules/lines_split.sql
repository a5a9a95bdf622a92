-- One row per payroll line of which a part is borne elsewhere, in minor units: overtime premium by the company's policy, or
-- what a salary or the pay of hours is more (or less) than the hours at their standard rate.
with shares as (select unit_id, part_id, share from largest_remainder('lines_split_parts'))
select own.unit_id as payroll_line_no, 'premium' as what, own.share as own_minor, moved.share as moved_minor
from shares as own join shares as moved on moved.unit_id = own.unit_id and moved.part_id = 1 where own.part_id = 0
union all
select payroll_line_no, case when hour_class = 'salary' then 'salary' else 'labor' end, standard_minor, amount_minor - standard_minor from payroll_lines_rounded
where standard_minor is not null and amount_minor is not null
