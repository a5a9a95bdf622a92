-- Lines of vendors' bills whose seconds or money are not the sum of their pieces, units that are not the sum of their lines,
-- and pieces that are not the seconds of their entry that day. Must be empty.
with pieces as (select vendor_line_no, sum(seconds) as seconds, sum(amount_minor) as minor from vendor_allocated group by vendor_line_no),
units as (select unit_no, sum(seconds) as seconds, sum(amount_minor) as minor from vendor_lines_shared group by unit_no),
days as (select entry_no, day_no, sum(worked_seconds) as seconds from pieces_classified semi join contract_time using (entry_no) group by entry_no, day_no)
select 'line' as unit, vendor_line_no as unit_no, lines.amount_minor as whole, pieces.minor as parts
from vendor_lines_shared as lines left join pieces using (vendor_line_no)
where lines.amount_minor is distinct from pieces.minor or lines.seconds is distinct from pieces.seconds
union all
select 'bill', unit_no, rounded.amount_minor, units.minor from vendor_units_rounded as rounded left join units using (unit_no)
where rounded.amount_minor is distinct from units.minor or rounded.seconds is distinct from units.seconds
union all
select 'day', entry_no, days.seconds, contract_time.seconds from contract_time full join days using (entry_no, day_no)
where contract_time.seconds is distinct from days.seconds
