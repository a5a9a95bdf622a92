-- One row per person × calendar day × premium of premiums.csv: the paid seconds inside its window, on instants, across midnight
-- and clock changes. A window belongs to the day it begins on. Entries without a start lie in their day; in a window of
-- the clock they cannot be told, nor can a part of a rate that is 0, as under a salary (`open_code`).
with places as (select distinct law_key from premium_rules),
pieces as (
    select pieces.* from pieces_in_workdays as pieces semi join places using (law_key)
    where pay_state = 'exported' and hour_kind = 'worked' and pay_seconds > 0 and worked_seconds > 0),
placed as (
    select pieces.entry_no, pieces.person_no, pieces.law_key, pieces.piece_on, pieces.worked_seconds, pieces.pay_seconds, pieces.pay_rate_millionths,
        workweek_of(pieces.workday, pieces.week_begins_on) as workweek_start, workweek_end(workweek_start, pieces.week_begins_on) as workweek_end,
        coalesce(staged.zone, pulls.zone) as zone, epoch_us(pieces.started_at) // 1000000 as begin_at, begin_at + pieces.worked_seconds as end_at
    from pieces join stg_files__time_entries as staged using (pull_number, source_row) join pulls using (pull_number)),
candidates as (   -- the windows that begin on the day, the day before, or the day after where a shift was kept whole
    select placed.*, rules.* exclude (law_key), piece_on + back::int as window_on
    from placed join premium_rules as rules using (law_key) cross join (select unnest([-1, 0, 1]) as back) as days
    where window_on between effective_from and effective_to and (begin_at is not null or back = 0)
        and (weekdays is null or list_contains(weekdays, isodow(window_on)))
        and (rules.calendar is null or (rules.calendar, window_on) in (select (calendar, holiday_on) from map_holidays))),
met as (
    select candidates.*, case when begin_at is null and has_clock then 'TE200' when pay_rate_millionths = 0 and share_ten_thousandths > 0 then 'TE201' end as open_code,
        case when begin_at is null then worked_seconds else greatest(0,
            least(end_at, epoch_us(timezone(zone, window_on + to_seconds(end_second))) // 1000000)
            - greatest(begin_at, epoch_us(timezone(zone, window_on + to_seconds(begin_second))) // 1000000)) end as inside_seconds
    from candidates),
inside as (   -- windows of one premium never overlap, so their parts of a piece add up to no more than it
    select entry_no, person_no, workweek_start, workweek_end, piece_on, premium_no, open_code, any_value(pay_rate_millionths) as pay_rate_millionths,
        sum(inside_seconds) * any_value(pay_seconds) // any_value(worked_seconds) as seconds
    from met where inside_seconds > 0 group by entry_no, person_no, workweek_start, workweek_end, piece_on, premium_no, open_code, begin_at)
select person_no, workweek_start, workweek_end, piece_on, premium_no, open_code,
    sum(seconds)::bigint as seconds, sum(pay_rate_millionths::hugeint * seconds)::hugeint as rate_times_seconds
from inside group by person_no, workweek_start, workweek_end, piece_on, premium_no, open_code
