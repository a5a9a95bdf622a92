-- One row per piece that differs, with its cause: its entry's own, else the strongest one of the same person's workweek (pay and
-- cost) or of the same billing key; where no entry changed, a rate where only money moved, else a rule.
with deltas as (
    select deltas.*, cause_rank from correction_deltas as deltas left join correction_causes using (stream, batch, entry_id)),
weeks as (
    select employee_id, workweek_start, min(cause_rank) as week_rank from deltas where stream <> 'bill' group by employee_id, workweek_start),
keys as (
    select batch, customer_job, service_item, bill_rate, currency, min(cause_rank) as key_rank from deltas where stream = 'bill'
    group by batch, customer_job, service_item, bill_rate, currency),
entries as (select stream, batch, entry_id, bool_or(seconds <> 0) as is_time_moved from deltas group by stream, batch, entry_id)
select deltas.* exclude (cause_rank),
    coalesce(cause_rank, case when stream = 'bill' then key_rank else week_rank end,
        case when is_time_moved or stream = 'bill' then 8 else 7 end) as cause_rank,
    case when has_books_lock then least(period_end, greatest(last_day(piece_on), period_start)) else period_end end as part_on
from deltas join entries using (stream, batch, entry_id) join earlier_batches using (batch) cross join correction_parameters
left join weeks using (employee_id, workweek_start)
left join keys using (batch, customer_job, service_item, bill_rate, currency)
