-- Billable lines whose seconds or money are not the sum of their pieces. Must be empty.
with pieces as (select bill_line_no, sum(amount_minor) as minor, sum(seconds) as seconds from bill_allocated group by bill_line_no)
select lines.bill_line_no, lines.amount_minor, pieces.minor, lines.bill_seconds, pieces.seconds
from bill_lines_rounded as lines left join pieces using (bill_line_no)
where lines.amount_minor is distinct from pieces.minor or lines.bill_seconds is distinct from pieces.seconds
