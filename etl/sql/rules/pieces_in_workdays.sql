-- One row per piece × workday: 24 hours from the clock time that the pay group has set, by default midnight. Where a day
-- begins later, a piece is cut there too, on instants; what lies before belongs to the workday of the day before.
with pieces as not materialized (select * from pieces_cut),
from_midnight as (select pieces.*, piece_on as workday from pieces where week_begins_on < 1000),
clocked as (
    select pieces.*, epoch_us(timezone(pulls.zone, piece_on::timestamp + to_minutes(week_begins_on // 1000))) // 1000000
            - epoch_us(started_at) // 1000000 as before_seconds,
        entry_state is null and across_midnight = 'split' and started_at is not null as is_cut
    from pieces join pulls using (pull_number) cross join run_parameters where week_begins_on >= 1000),
halves as (   -- what cannot be cut lies whole in the workday of its start
    select clocked.*, half, case when is_cut and half = 2 then greatest(before_seconds, 0) else 0 end as begin_seconds,
        case when is_cut and half = 1 then least(before_seconds, worked_seconds) else worked_seconds end as end_seconds
    from clocked cross join (select unnest([1, 2]) as half) as both_halves
    where case when is_cut and half = 2 then before_seconds <= 0 or before_seconds < worked_seconds
        else (coalesce(before_seconds, 0) > 0) = (half = 1) end),
from_clock as (
    select halves.* exclude (before_seconds, is_cut, half, begin_seconds, end_seconds, day_no, started_at, worked_seconds, pay_seconds, bill_seconds),
        day_no * 2 - 2 + half as day_no, started_at + to_seconds(begin_seconds) as started_at,
        case half when 1 then piece_on - 1 else piece_on end as workday, end_seconds - begin_seconds as worked_seconds,
        case when worked_seconds = 0 then pay_seconds
            else pay_seconds * end_seconds // worked_seconds - pay_seconds * begin_seconds // worked_seconds end as pay_seconds,
        case when worked_seconds = 0 then bill_seconds
            else bill_seconds * end_seconds // worked_seconds - bill_seconds * begin_seconds // worked_seconds end as bill_seconds
    from halves)
select * from from_midnight union all by name select * from from_clock
