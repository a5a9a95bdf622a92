-- One row per classified piece and what is paid for it in this period, as an exact fraction of the minor unit. Straight
-- time is paid in the period of its day, the overtime premium in the period in which the workweek ends (29 CFR 778.106).
with periods as (select * from run_pay_periods),
parameters as (select * from run_parameters),
pieces as (
    select classified.*, entries.pay_rate, entries.cost_state, entries.cost_reason, entries.customer_job, entries.class,
        entries.employee_name, coalesce(law.premium_numerator, 1)::hugeint as premium_numerator,
        coalesce(law.premium_denominator, 2)::hugeint as premium_denominator,
        coalesce(rates.regular_rate_numerator, 0)::hugeint as regular_rate_numerator,
        coalesce(rates.regular_rate_denominator, 1)::hugeint as regular_rate_denominator,
        classified.piece_on between periods.period_start and periods.period_end as is_paid_now,
        classified.workweek_start + 6 between periods.period_start and periods.period_end as is_week_complete,
        ten_to(6 - parameters.minor_digits) as minor_per_millionth,
        entries.is_pay_rate_missing
    from pieces_classified as classified join entries_rounded as entries using (entry_no)
    join periods on classified.pay_group = periods.pay_group
    left join regular_rates as rates on rates.employee_id = classified.employee_id
        and rates.workweek_start = classified.workweek_start
    left join overtime_rules as law on law.rule_id = classified.rule_id
    cross join parameters
    where classified.pay_state = 'exported'),
paid as (
    select pieces.*,
        case when hour_class = 'overtime' and not is_paid_now then 'overtime_premium'
            when hour_class = 'overtime' and is_week_complete then 'overtime' else 'regular' end as paid_class,
        is_paid_now as has_straight, hour_class = 'overtime' and is_week_complete as has_premium
    from pieces where is_paid_now or (hour_class = 'overtime' and is_week_complete)),
exact as (
    select entry_no, day_no, class_no, piece_on, workweek_start, employee_id, employee_name, pay_group, hour_kind,
        paid_class as hour_class, cost_state, cost_reason, customer_job, class,
        case when has_straight then pay_seconds else 0 end as pay_seconds,
        case when has_premium then pay_seconds else 0 end as premium_seconds,
        regular_rate_numerator, regular_rate_denominator,
        case when not is_pay_rate_missing then
            case when has_straight then (pay_rate::decimal(24, 6) * 1000000)::hugeint * pay_seconds * premium_denominator
                * regular_rate_denominator else 0 end
            + case when has_premium then premium_numerator * pay_seconds * regular_rate_numerator else 0 end
            end as exact_numerator,
        premium_denominator * regular_rate_denominator * 3600 * minor_per_millionth as exact_denominator
    from paid)
select exact.*, items.pay_item,
    case when exact.hour_kind <> 'worked' then 'leave_expense' when exact.cost_reason in ('TE008', 'TE009') then 'suspense'
        when exact.customer_job is null then 'internal_labor' else 'direct_labor' end as cost_purpose,
    case when exact.cost_reason in ('TE008', 'TE009') then null else exact.customer_job end as cost_job
from exact
left join map_pay_items as items on items.hour_kind = exact.hour_kind and items.hour_class = exact.hour_class
