-- Correcting lines of cost and billing that are not the sum of their pieces, but for the lines that balance a journal; and time
-- of a pay line that no piece carries. Must be empty.
with parts as (select line_id, sum(amount) as amount, sum(seconds) as seconds from correction_parts group by line_id)
select lines.line_id, lines.amount, parts.amount as of_pieces, lines.seconds, parts.seconds as seconds_of_pieces
from corrections as lines left join parts using (line_id)
where (parts.line_id is not null and lines.stream <> 'pay' and lines.amount is distinct from parts.amount)
    or (lines.seconds <> 0 and lines.seconds is distinct from parts.seconds)
    or (parts.line_id is null and lines.stream <> 'cost')
