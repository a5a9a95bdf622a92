-- Pay additions found but not due exactly once, lines that are not the sum of their additions, and additions that are not the
-- sum of the pieces that bear them. Must be empty.
with lines as (select * from payroll_lines_rounded where hour_kind = 'premium'),
additions as (select payroll_line_no, sum(amount_minor) as minor, sum(printed_seconds) as seconds from addition_shares group by payroll_line_no),
borne as (select addition_no, sum(amount_minor) as minor from additions_allocated group by addition_no)
select 'payroll line' as unit, coalesce(payroll_line_no, 0) as unit_no, lines.amount_minor as whole, additions.minor as parts
from lines full join additions using (payroll_line_no)
where lines.amount_minor is distinct from additions.minor or lines.premium_seconds is distinct from additions.seconds
union all
select 'pay addition', addition_no, shares.amount_minor, borne.minor
from addition_shares as shares left join borne using (addition_no) where shares.amount_minor is distinct from borne.minor
union all
select 'pay addition twice', min(addition_no), count(*), 1 from additions_due
group by person_no, workweek_start, hour_kind, hour_class, addition_on, reason having count(*) > 1
