-- Converted lines whose home amount is not the sum of its entries' shares. Must be empty.
with shares as (select line_id, sum(home_amount) as home_amount from converted_shares group by line_id),
lines as (select line_id, home_amount from conversions where line_kind = 'line' and not contains(line_id, 'R-'))
select coalesce(lines.line_id, shares.line_id) as line_id, lines.home_amount, shares.home_amount as shared
from lines full join shares using (line_id) where lines.home_amount is distinct from shares.home_amount
