-- One row per period, as timebooks status tells it: what is done, what is held, who is waited for, the next step.
select period_end, batch, done, held, waits_for, next_step
from status_rows
where (select is_all from reader where view = 'periods')
order by period_end desc nulls first, batch
