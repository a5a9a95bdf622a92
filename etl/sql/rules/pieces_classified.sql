-- One row per piece × hour class. The last hours of a workday or workweek carry the premium; all valid worked time of a
-- person's week counts, held for other streams or not; leave never does. Law: etl/law/overtime_rules.csv.
with pieces as not materialized (
    select ruled.* exclude (workday, started_at, family_no, week_limit, day_limit, is_by_day, mode, seventh_day) from pieces_ruled as ruled),
cut as (select entry_no, day_no, any_value(piece_premium_seconds) as premium_seconds from premium_parts group by entry_no, day_no),
straight as (
    select pieces.* exclude (worked_seconds, pay_seconds, bill_seconds), 0 as class_no, null::smallint as tier_no,
        'regular'::hour_class as hour_class, null::bigint as measured_seconds,
        pay_seconds - coalesce(premium_seconds, 0) as pay_seconds,
        case when premium_seconds is null then worked_seconds
            else worked_seconds * (pieces.pay_seconds - premium_seconds) // pieces.pay_seconds end as worked_seconds,
        case when premium_seconds is null then bill_seconds
            else bill_seconds * (pieces.pay_seconds - premium_seconds) // pieces.pay_seconds end as bill_seconds
    from pieces left join cut using (entry_no, day_no) where premium_seconds is null or pieces.pay_seconds > premium_seconds),
premium as (   -- worked and bill seconds follow the pay seconds, each running total the floor of its exact share
    select pieces.* exclude (worked_seconds, pay_seconds, bill_seconds), parts.class_no::int as class_no, parts.tier_no,
        tiers.hour_class::hour_class as hour_class, parts.measured_seconds, parts.seconds as pay_seconds,
        worked_seconds * (pieces.pay_seconds - piece_premium_seconds + until_premium_seconds) // pieces.pay_seconds
            - worked_seconds * (pieces.pay_seconds - piece_premium_seconds + until_premium_seconds - parts.seconds) // pieces.pay_seconds as worked_seconds,
        bill_seconds * (pieces.pay_seconds - piece_premium_seconds + until_premium_seconds) // pieces.pay_seconds
            - bill_seconds * (pieces.pay_seconds - piece_premium_seconds + until_premium_seconds - parts.seconds) // pieces.pay_seconds as bill_seconds
    from premium_parts as parts join pieces using (entry_no, day_no) join overtime_tiers as tiers using (tier_no))
select * from straight union all by name select * from premium
