-- One row per entry version × calendar day. A valid entry over midnight is cut on instants (a day may have 23 or 25
-- hours), worked time laid from its start; rounded seconds follow so that each running total is exact to the second.
with entries as not materialized (
    select entries_rounded.*, coalesce(worked_seconds, 0) as all_seconds,
        entry_state is null and across_midnight = 'split' and worked_seconds > first_day_seconds as is_over_midnight
    from entries_rounded cross join run_parameters),
kept as (
    select entries.* exclude (worked_seconds, pay_seconds, bill_seconds), 1 as day_no, worked_on as piece_on, all_seconds as worked_seconds,
        coalesce(pay_seconds, 0) as pay_seconds, coalesce(bill_seconds, 0) as bill_seconds
    from entries where is_over_midnight is not true),
ends as (
    select entries.*, day_no,
        case day_no when 1 then first_day_seconds
            when 2 then least(worked_seconds, first_day_seconds + second_day_seconds) else worked_seconds end as end_seconds,
        case day_no when 1 then 0 when 2 then first_day_seconds
            else least(worked_seconds, first_day_seconds + second_day_seconds) end as begin_seconds
    from entries cross join (select unnest([1, 2, 3]) as day_no) as days where is_over_midnight),
cut as (
    select ends.* exclude (worked_seconds, pay_seconds, bill_seconds, started_at, end_seconds, begin_seconds),
        worked_on + (day_no - 1)::int as piece_on,
        started_at + to_seconds(begin_seconds) as started_at, end_seconds - begin_seconds as worked_seconds,
        pay_seconds * end_seconds // worked_seconds - pay_seconds * begin_seconds // worked_seconds as pay_seconds,
        bill_seconds * end_seconds // worked_seconds - bill_seconds * begin_seconds // worked_seconds as bill_seconds
    from ends where end_seconds > begin_seconds)
select * from kept union all by name select * from cut
