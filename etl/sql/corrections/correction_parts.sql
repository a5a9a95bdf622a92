-- One row per correcting line × piece of an entry: which seconds and cents of the line come from it, and why. A pay line in which
-- money alone moved names the pieces it pays for, with no time.
with lines as (select rowid as line_turn, * from corrections),
labor as (select format('{}-C-{:03d}', batch_text_now, line_number) as line_id, batch, part_on, account, customer_job, class
    from correction_labor cross join correction_parameters where turn = 1),
moved as (
    select line_turn, lines.line_id, deltas.* from correction_caused as deltas join lines on deltas.stream = 'pay' and lines.stream = 'pay'
        and lines.batch = deltas.batch and lines.employee_id = deltas.employee_id and lines.pay_item = deltas.pay_item
        and lines.workweek_start = deltas.workweek_start
    union all by name
    select line_turn, labor.line_id, deltas.* from correction_caused as deltas join labor on deltas.stream = 'cost' and labor.batch = deltas.batch
        and labor.part_on = deltas.part_on and labor.account = deltas.account and labor.customer_job is not distinct from deltas.customer_job
        and labor.class is not distinct from deltas.class
    join lines on lines.line_id = labor.line_id
    union all by name
    select line_turn, lines.line_id, deltas.* from correction_caused as deltas join lines on deltas.stream = 'bill' and lines.stream = 'bill'
        and lines.batch = deltas.batch and lines.customer_job = deltas.customer_job and lines.service_item = deltas.service_item
        and lines.bill_rate = deltas.bill_rate and lines.currency = deltas.currency),
named as (
    select line_turn, line_id, entry_id, version, piece_id, employee_id, workweek_start, piece_on, cause_word(cause_rank) as cause,
        worked_seconds, seconds, amount, currency from moved
    union all
    select line_turn, lines.line_id, sides.entry_id, sides.version, sides.piece_id, sides.employee_id, sides.workweek_start, sides.piece_on, lines.cause,
        0, 0, null, null
    from lines anti join moved using (line_id) join correction_sides as sides on sides.stream = 'pay' and sides.is_now and sides.batch = lines.batch
        and sides.employee_id = lines.employee_id and sides.pay_item = lines.pay_item and sides.workweek_start = lines.workweek_start
    where lines.stream = 'pay')
select line_id, nullif(entry_id, '') as entry_id, nullif(version, 0)::int as version, piece_id, employee_id, workweek_start, piece_on, cause, worked_seconds::bigint as worked_seconds, seconds::bigint as seconds,
    amount::decimal(18, 3) as amount, currency
from named order by line_turn, piece_on, entry_id, version, piece_id
