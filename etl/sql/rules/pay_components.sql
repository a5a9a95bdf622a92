-- One row per classified piece and what is paid for it in this period, as an exact fraction of the minor unit. Straight
-- time is paid in the period of its day, the overtime premium in the period in which the workweek ends (29 CFR 778.106).
with periods as (select * from run_pay_periods),
parameters as (select 3600 * ten_to(6 - minor_digits) as minor_per_millionth from run_parameters),
pieces as (
    select classified.*,
        case when hour_kind <> 'worked' then 'leave_expense'::cost_purpose when is_cost_unmapped then 'suspense'::cost_purpose
            when job_no is null then 'internal_labor'::cost_purpose
            else 'direct_labor'::cost_purpose end as cost_purpose,
        case when not is_cost_unmapped then job_no end as cost_job_no,
        piece_on between periods.period_start and periods.period_end as has_straight,
        hour_class = 'overtime' and workweek_start + 6 between periods.period_start and periods.period_end as has_premium
    from pieces_classified as classified join periods using (pay_group) where pay_state = 'exported'),
paid as (
    select pieces.* exclude (hour_class, rule_id), missing.person_no is not null as is_pay_rate_missing,
        case when hour_class = 'overtime' and not has_straight then 'overtime_premium'::hour_class
            when has_premium then 'overtime'::hour_class else 'regular'::hour_class end as hour_class,
        coalesce(law.premium_numerator, 1)::hugeint * coalesce(rates.regular_rate_numerator, 0) as premium_numerator,
        coalesce(law.premium_denominator, 2)::hugeint * coalesce(rates.regular_rate_denominator, 1) as premium_denominator
    from pieces
    left join regular_rates as rates on rates.person_no = pieces.person_no
        and rates.workweek_start = pieces.workweek_start
    left join pay_rates_missing as missing on missing.person_no = pieces.person_no
        and missing.workweek_start = pieces.workweek_start
    left join overtime_rules as law on law.rule_id = pieces.rule_id
    where has_straight or has_premium),
exact as (   -- millionths × seconds, over the premium's denominator only where there is a premium
    select entry_no, day_no, class_no, person_no, workweek_start, hour_kind, hour_class, cost_state, cost_purpose,
        cost_job_no, books_class_no,
        case when has_straight then pay_seconds else 0 end as pay_seconds,
        case when has_premium then pay_seconds else 0 end as premium_seconds,
        case when is_pay_rate_missing then null
            when has_premium then
                case when has_straight then pay_rate_millionths * premium_denominator else 0 end * pay_seconds + premium_numerator * pay_seconds
            else pay_rate_millionths * pay_seconds::hugeint end as exact_numerator,
        case when has_premium then premium_denominator else 1 end * minor_per_millionth as exact_denominator
    from paid cross join parameters)
select exact.*, items.pay_item
from exact
left join map_pay_items as items on items.hour_kind::hour_kind = exact.hour_kind and items.hour_class::hour_class = exact.hour_class
