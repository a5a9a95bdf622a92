-- One row per piece × tier that carries a premium, and one for its straight rest, by place in the piece: first the straight
-- hours, then what the week pays, then what the day pays. Under a rule of "the greater" (mode 2) a week keeps either its daily or its weekly parts. Where
-- a month adds to the premium (Japan over 60 h of overtime), a part is cut at that limit and its end takes the higher tier.
with daily as (
    select daily_parts.*, weeks.mode from daily_parts join weeks_in_question as weeks using (person_no, workweek_start, family_no)),
both_parts as (
    select entry_no, day_no, person_no, workweek_start, family_no, mode, tier_no, premium_numerator, measured_seconds, seconds, 1 as turn from weekly_parts
    union all by name select *, 2 as turn from daily),
weighed as (
    select both_parts.*,
        case when mode = 2 then sum(seconds * premium_numerator) filter (where turn = 1) over same_week end as by_week,
        case when mode = 2 then sum(seconds * premium_numerator) filter (where turn = 2) over same_week end as by_day
    from both_parts window same_week as (partition by person_no, workweek_start, family_no)),
kept as (
    select * from weighed
    where mode <> 2 or case turn when 1 then by_week > coalesce(by_day, 0) else by_day >= coalesce(by_week, 0) end),
months as (select tier_no as month_tier_no, base_tier_no, over_seconds from overtime_tiers where measure = 'month'),
in_months as (
    select kept.entry_no, kept.day_no, kept.tier_no, kept.person_no, kept.measured_seconds, kept.seconds, kept.turn, month_tier_no, over_seconds, sum(seconds) over (
            partition by kept.person_no, year(piece_on), month(piece_on) order by kept.entry_no, kept.day_no, turn, kept.tier_no rows unbounded preceding)::bigint as until_seconds
    from kept join months on months.base_tier_no = kept.tier_no join pieces_counted using (entry_no, day_no)),
parts as (
    select entry_no, day_no, tier_no, person_no, measured_seconds, seconds, turn from kept
    where tier_no not in (select base_tier_no from months)
    union all
    select entry_no, day_no, tier_no, person_no, measured_seconds, least(seconds, over_seconds - until_seconds + seconds), turn from in_months
    where until_seconds - seconds < over_seconds
    union all
    select entry_no, day_no, month_tier_no, person_no, until_seconds, least(seconds, until_seconds - over_seconds), turn from in_months
    where until_seconds > over_seconds),
placed as (
    select parts.*, row_number() over same_piece as class_no, sum(seconds) over (partition by entry_no, day_no) as premium_seconds,
        sum(seconds) over same_piece as so_far_seconds
    from parts window same_piece as (partition by entry_no, day_no order by turn, tier_no rows unbounded preceding)),
sized as (select placed.*, pay_seconds from placed join pieces_counted using (entry_no, day_no))
select entry_no, day_no, class_no::int as class_no, tier_no, measured_seconds, seconds,
    (pay_seconds - premium_seconds + so_far_seconds)::bigint as until_seconds
from sized
union all   -- what is left of the piece, straight time
select entry_no, day_no, 0, null, null, (pay_seconds - premium_seconds)::bigint, (pay_seconds - premium_seconds)::bigint
from sized where class_no = 1 and pay_seconds > premium_seconds
