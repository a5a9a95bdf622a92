-- One row per kind and batch whose lines no report of the books answers for yet: how many lines, and of which days.
select kind, batch, period_end, count(*) as count_lines, min(day) as first_day, max(day) as last_day
from batch_facts where (kind, day) not in (select (kind, day) from book_days)
group by kind, batch, period_end order by kind, batch
