-- One row per connection × day: calls, those that failed (no answer, or a status from 400 on), and how long they took.
select connection, called_on, count(*) as count_calls, count(*) filter (status = 0 or status >= 400) as count_errors,
    count(*) filter (attempt > 1) as count_retries, quantile_disc(milliseconds, 0.5) as median_ms, quantile_disc(milliseconds, 0.95) as slow_ms,
    max(milliseconds) as slowest_ms, max(called_at) as last_call
from calls
where (select is_all from reader where view = 'calls')
group by connection, called_on
order by called_on desc, connection
