-- One row per person × workweek with pay beside the hours that belongs to the regular rate (29 CFR 778.208-.211): bonuses,
-- piece earnings, commissions, in equal parts over the workweeks they were earned in, and premiums by window; a fraction, never
-- divided. `flat_numerator`: the part of flat-sum bonuses.
with weeks as (
    select distinct person_no, workweek_start, workweek_end from pieces_classified where person_no in (
        select person_no from people_on_day semi join map_earnings using (employee_id))),
persons as (select distinct person_no, employee_id, week_begins_on from people_on_day),
counted as (
    select persons.person_no, earnings.*, earnings.in_regular_rate = 'flat_sum' as is_flat_sum, (amount * 1000000::decimal(7, 0))::hugeint as amount_millionths,
        (workweek_of(earned_to, week_begins_on) - workweek_of(earned_from, week_begins_on))
            // (workweek_end(earned_from, week_begins_on) - earned_from + 1) + 1 as count_weeks
    from map_earnings as earnings join persons using (employee_id) cross join run_parameters
    where earnings.in_regular_rate in ('yes', 'flat_sum') and (pays_abroad or earnings.currency = home_currency)),
shares as (
    select weeks.person_no, weeks.workweek_start, amount_millionths, count_weeks, is_flat_sum,
        list_reduce(list(count_weeks) over (partition by weeks.person_no, weeks.workweek_start), lambda a, b: lcm(a, b)) as common
    from weeks join counted on counted.person_no = weeks.person_no
        and earned_from <= weeks.workweek_end and earned_to >= weeks.workweek_start),
earned as (
    select person_no, workweek_start, sum(amount_millionths * (common // count_weeks))::hugeint as extra_numerator,
        any_value(common)::hugeint as extra_denominator,
        coalesce(sum(amount_millionths * (common // count_weeks)) filter (where is_flat_sum), 0)::hugeint as flat_numerator
    from shares group by person_no, workweek_start),
both_kinds as (   -- over one denominator, in lowest terms where premiums are among them
    select coalesce(earned.person_no, premiums.person_no) as person_no, coalesce(earned.workweek_start, premiums.workweek_start) as workweek_start,
        coalesce(premium_denominator, 1)::hugeint as by_premium, coalesce(extra_denominator, 1)::hugeint as by_earned,
        (coalesce(extra_numerator, 0) * by_premium + coalesce(premium_numerator, 0) * by_earned)::hugeint as extra_numerator,
        (by_earned * by_premium)::hugeint as extra_denominator, (coalesce(flat_numerator, 0) * by_premium)::hugeint as flat_numerator,
        case when premium_denominator is null then 1 else greatest(gcd(gcd(extra_numerator, extra_denominator), flat_numerator), 1) end::hugeint as common
    from earned full join premiums_in_rate as premiums
        on premiums.person_no = earned.person_no and premiums.workweek_start = earned.workweek_start)
select person_no, workweek_start, extra_numerator // common as extra_numerator, extra_denominator // common as extra_denominator,
    flat_numerator // common as flat_numerator
from both_kinds
