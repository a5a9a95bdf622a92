-- One row per piece × hour class. The last hours of a workday or workweek carry the premium; all valid worked time of a
-- person's week counts, held for other streams or not; leave never does. Law: etl/law/overtime_rules.csv.
with pieces as not materialized (select ruled.* exclude (workday, started_at, family_no, has_shift) from pieces_ruled as ruled),
tiers as materialized (select tier_no, hour_class::hour_class as hour_class from overtime_tiers),
parts as materialized (select premium_parts.*, hour_class from premium_parts left join tiers using (tier_no)),
classified as (   -- worked and bill seconds follow the pay seconds, each running total the floor of its exact share
    select pieces.* exclude (worked_seconds, pay_seconds, bill_seconds), coalesce(class_no, 0) as class_no, tier_no,
        coalesce(hour_class, 'regular'::hour_class) as hour_class, measured_seconds, coalesce(seconds, pay_seconds) as pay_seconds,
        case when until_seconds is null then worked_seconds
            else worked_seconds * until_seconds // pieces.pay_seconds - worked_seconds * (until_seconds - seconds) // pieces.pay_seconds end as worked_seconds,
        case when until_seconds is null then bill_seconds
            else bill_seconds * until_seconds // pieces.pay_seconds - bill_seconds * (until_seconds - seconds) // pieces.pay_seconds end as bill_seconds
    from pieces left join parts using (entry_no, day_no))
select * from classified
