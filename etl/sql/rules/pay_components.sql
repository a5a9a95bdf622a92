-- One row per classified piece and what is paid for it in this period, as an exact fraction of the minor unit. Straight
-- time is paid in the period of its day, the overtime premium in the period in which the workweek ends (29 CFR 778.106).
-- `standard_numerator`: what its hours cost at their standard rate, where one answers, in the same unit: premium bears none.
-- `moved_numerator`: the part of it whose cost the company's policy moves away from its own hours. Hours that a salary pays
-- for carry no price: they are the weights of its one line, at their standard rate or as they are.
with periods as (select * from run_pay_periods),
parameters as (select 3600 * ten_to(6 - minor_digits) as home_minor_per_millionth, home_currency, overtime_premium <> 'job' as is_premium_moved from run_parameters),
pieces as (
    select classified.*,
        purpose_of(hour_kind, is_cost_unmapped, job_no) as cost_purpose,
        case when not is_cost_unmapped then job_no end as cost_job_no,
        piece_on between periods.period_start and periods.period_end as has_straight,
        tier_no is not null and workweek_end between periods.period_start and periods.period_end as has_premium
    from pieces_classified as classified join periods using (pay_group) where pay_state = 'exported'),
paid as (
    select pieces.* exclude (hour_class, tier_no), missing.person_no is not null as is_pay_rate_missing,
        case when not has_premium then 'regular'::hour_class when has_straight then pieces.hour_class
            when pieces.hour_class = 'double_time' then 'double_time_premium'::hour_class else 'overtime_premium'::hour_class end as hour_class,
        tiers.premium_numerator, tiers.premium_denominator, tiers.premium_base, tiers.least_rate_millionths,
        coalesce(rates.regular_rate_numerator, 0) as rate_numerator, coalesce(rates.regular_rate_denominator, 1) as rate_denominator,
        coalesce(rates.straight_denominator, 1) as straight_denominator, salaries.annual_millionths
    from pieces
    left join regular_rates as rates on rates.person_no = pieces.person_no
        and rates.workweek_start = pieces.workweek_start
    left join salaries_by_person as salaries on salaries.person_no = pieces.person_no
        and pieces.piece_on between salaries.effective_from and salaries.effective_to
    left join pay_rates_missing as missing on missing.person_no = pieces.person_no
        and missing.workweek_start = pieces.workweek_start
    left join overtime_tiers as tiers on tiers.tier_no = pieces.tier_no
    where has_straight or has_premium),
priced as (   -- an hour's own price over straight_denominator; its premium over premium_denominator times rate_denominator
    select paid.*,
        case when straight_denominator = 1 and annual_millionths is null then pay_rate_millionths::hugeint
            else pay_rate_millionths * straight_denominator + coalesce(annual_millionths, 0) * 3600::hugeint end as straight_numerator,
        case when not has_premium then 0::hugeint
            when premium_base = 'regular_rate' then premium_numerator * rate_numerator
            when premium_base = 'minimum_wage'
                then greatest(least_rate_millionths - pay_rate_millionths, 0) * premium_denominator * rate_denominator
            when annual_millionths is not null then premium_numerator * rate_numerator
            else premium_numerator * rate_denominator * (pay_rate_millionths
                - case when premium_base = 'usual_rate' then coalesce(differential_millionths, 0) else 0 end) end as premium_rate,
        case when has_premium then premium_denominator * rate_denominator else 1::hugeint end as premium_divisor
    from paid),
exact as (   -- millionths × seconds, over the premium's denominator only where there is a premium
    select priced.entry_no, day_no, class_no, priced.person_no, coalesce(line_week, priced.workweek_start) as workweek_start, priced.hour_kind as own_kind,
        case when salaried.person_no is null then priced.hour_kind else 'worked'::hour_kind end as hour_kind,
        case when salaried.person_no is null then hour_class else 'salary'::hour_class end as hour_class,
        cost_state, cost_purpose, cost_job_no, books_class_no,
        case when has_straight then pay_seconds else 0 end as pay_seconds,
        case when has_premium then pay_seconds else 0 end as premium_seconds,
        case when is_pay_rate_missing then null
            when salaried.salaried_cost = 'salary_over_hours' then pay_seconds::hugeint
            when salaried.salaried_cost = 'standard_rate' then coalesce(standard.cost_rate_millionths, pay_rate_millionths)::hugeint * pay_seconds
            when has_premium then
                (case when has_straight then straight_numerator * premium_divisor else 0 end + premium_rate * straight_denominator) * pay_seconds
            else straight_numerator * pay_seconds end as exact_numerator,
        case when salaried.person_no is null then premium_divisor * straight_denominator * coalesce(abroad.minor_per_millionth, home_minor_per_millionth)
            else home_minor_per_millionth end as exact_denominator,
        case when salaried.person_no is null then standard.cost_rate_millionths::hugeint * case when has_straight then pay_seconds else 0 end end as standard_numerator,
        coalesce(abroad.minor_per_millionth, home_minor_per_millionth) as standard_denominator,
        case when is_premium_moved and has_premium and not is_pay_rate_missing
            then premium_rate * straight_denominator * pay_seconds end as moved_numerator
    from priced cross join parameters
    left join weeks_paid_abroad as abroad on abroad.person_no = priced.person_no and abroad.workweek_start = priced.workweek_start
    left join entries_cost_rated as standard on standard.entry_no = priced.entry_no and standard.currency = coalesce(abroad.pay_currency, home_currency)
    left join salaried_days as salaried on salaried.person_no = priced.person_no and salaried.worked_on = priced.piece_on
        and salaried.pay_group = priced.pay_group)
select exact.* exclude (own_kind), coalesce(items.pay_item_no, 0::smallint) as pay_item_no, coalesce(leaves.leave_no, 0::smallint) as leave_no
from exact
left join entries_paid_apart as apart using (entry_no)
left join pay_items_ranked as items on items.hour_kind = exact.hour_kind and items.hour_class = exact.hour_class
    and items.paid_apart_no = coalesce(apart.paid_apart_no, 0)
left join (select * from pay_items_ranked where leave_no > 0) as leaves on leaves.hour_kind = exact.own_kind
    and leaves.hour_class = 'regular' and leaves.paid_apart_no = coalesce(apart.paid_apart_no, 0)
