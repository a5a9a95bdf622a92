-- Payroll lines whose money is not the sum of its keys, or keys that are not the sum of their pieces. Must be empty.
with keys as (select payroll_line_no, sum(key_minor) as minor from labor_keys_shared group by payroll_line_no),
pieces as (select key_no, sum(amount_minor) as minor from labor_allocated group by key_no)
select 'payroll line' as unit, lines.payroll_line_no as unit_no, lines.amount_minor as whole, keys.minor as parts
from payroll_lines_rounded as lines left join keys using (payroll_line_no)
where lines.amount_minor is not null and lines.amount_minor is distinct from keys.minor
union all
select 'labor key', keys.key_no, keys.key_minor, pieces.minor
from labor_keys_shared as keys left join pieces using (key_no) where keys.key_minor is distinct from pieces.minor
