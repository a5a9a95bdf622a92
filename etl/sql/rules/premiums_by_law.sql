-- One row per person × workweek with premium that is due in this run, with the pay date: the half that section 7 of the FLSA asks for, what a
-- state asks beyond it, and what an agreement does; each rounded from the unrounded rate, together all premium (IRC 225). Premiums
-- that are lines of their own (by window of the day, for a flat-sum bonus) are a state's or an agreement's; meal and rest are none.
with names as (select * from rule_names),
periods as (select * from run_pay_periods),
parameters as (select *, 3600 * ten_to(6 - minor_digits) as home_minor_per_millionth from run_parameters),
weeks as (
    select pieces.person_no, pieces.workweek_start, any_value(pieces.pay_group) as pay_group, any_value(workweek_end) as workweek_end,
        min(flsa_limit) as flsa_limit, sum(pay_seconds) filter (where flsa_limit is not null)::bigint as flsa_worked_seconds,
        sum(pay_seconds) filter (where tier_no is not null)::bigint as premium_seconds, max(is_agreement::int) = 1 as is_agreement
    from pieces_classified as pieces
    semi join (select distinct person_no, workweek_start from pieces_classified where tier_no is not null) as with_premium
        using (person_no, workweek_start)
    join names using (rule_no) where is_counted group by pieces.person_no, pieces.workweek_start),
premiums as (
    select pieces.person_no, pieces.workweek_start,
        sum(case tiers.premium_base
            when 'minimum_wage' then greatest(least_rate_millionths - pay_rate_millionths, 0) * premium_denominator * regular_rate_denominator
            when 'regular_rate' then premium_numerator * regular_rate_numerator
            else premium_numerator * regular_rate_denominator * (pay_rate_millionths
                - case when tiers.premium_base = 'usual_rate' then coalesce(differential_millionths, 0) else 0 end) end
            * pay_seconds)::hugeint as numerator,
        any_value(premium_denominator * regular_rate_denominator) as denominator
    from pieces_classified as pieces join overtime_tiers as tiers using (tier_no) join regular_rates using (person_no, workweek_start)
    group by pieces.person_no, pieces.workweek_start),
measured as (   -- 8 and 80 is section 7 itself: all its overtime is the FLSA's
    select weeks.*, pay_date, case when flsa_limit is null then 0 when flsa_limit > 1000000000 then premium_seconds
            else greatest(flsa_worked_seconds - flsa_limit, 0) end as flsa_seconds
    from weeks join periods using (pay_group) where workweek_end between period_start and period_end),
counted as (   -- in the minor unit of the week's own currency
    select measured.*, coalesce(minor_per_millionth, home_minor_per_millionth) as per_millionth
    from measured left join weeks_paid_abroad using (person_no, workweek_start) cross join parameters),
by_window as (select distinct premium_id, is_by_law from premium_rules),
added as (
    select person_no, workweek_start, any_value(periods.pay_date) as pay_date, count(*) > count(amount_minor) as is_missing,
        sum(amount_minor) filter (where is_state) as state_minor, sum(amount_minor) filter (where not is_state) as contract_minor
    from (select shares.*, coalesce(is_by_law, true) as is_state from addition_shares as shares left join by_window on premium_id = rule_id
        where hour_class in ('bonus_premium', 'holiday_premium', 'night_premium', 'weekend_premium')) as shares
    join periods using (pay_group) group by person_no, workweek_start),
rounded as (
    select counted.*, missing.person_no is not null as is_missing,
        divide_half_up(numerator, denominator * per_millionth) as premium_minor,
        divide_half_up(regular_rate_numerator * flsa_seconds, 2 * regular_rate_denominator * per_millionth) as flsa_minor
    from counted join premiums using (person_no, workweek_start) join regular_rates using (person_no, workweek_start)
    left join pay_rates_missing as missing using (person_no, workweek_start)),
parted as (
    select coalesce(rounded.person_no, added.person_no) as person_no, coalesce(rounded.workweek_start, added.workweek_start) as workweek_start,
        coalesce(rounded.pay_date, added.pay_date) as pay_date, coalesce(premium_seconds, 0)::bigint as premium_seconds, coalesce(flsa_seconds, 0)::bigint as flsa_seconds,
        coalesce(rounded.is_missing, false) or coalesce(added.is_missing, false) as is_missing, coalesce(least(flsa_minor, premium_minor), 0)::hugeint as flsa_minor,
        (coalesce(case when not is_agreement then premium_minor - least(flsa_minor, premium_minor) end, 0) + coalesce(state_minor, 0))::hugeint as state_minor,
        (coalesce(case when is_agreement then premium_minor - least(flsa_minor, premium_minor) end, 0) + coalesce(contract_minor, 0))::hugeint as contract_minor
    from rounded full join added on added.person_no = rounded.person_no and added.workweek_start = rounded.workweek_start),
told as (
    select parted.*, coalesce(pay_minor_digits, parameters.minor_digits) as digits, coalesce(pay_currency, home_currency) as currency
    from parted left join weeks_paid_abroad using (person_no, workweek_start) cross join parameters),
persons as (select person_no, employee_id, max(employee_name) as employee_name from people_on_day group by person_no, employee_id)
select employee_id, employee_name, workweek_start, pay_date as paid_on, premium_seconds, flsa_seconds,
    case when not is_missing then amount_of(flsa_minor + state_minor + contract_minor, digits) end as premium_amount,
    case when not is_missing then amount_of(flsa_minor, digits) end as flsa_premium_amount,
    case when not is_missing then amount_of(state_minor, digits) end as state_premium_amount,
    case when not is_missing then amount_of(contract_minor, digits) end as contract_premium_amount,
    currency
from told join persons using (person_no) order by employee_id, workweek_start
