-- One row per person × calendar day × premium of premiums.csv as a pay addition: so much of the hours' own rates, or so much an
-- hour. A premium that is credited toward overtime (29 U.S.C. 207(h)) pays what it comes to beyond the half that the FLSA asks
-- for in the same workweek, the week's first premium first, and is paid when the week ends.
with rules as (
    select distinct premium_no, premium_id, hour_class::hour_class as hour_class, share_ten_thousandths, per_hour_millionths, regular_rate, sentence from premium_rules),
parameters as (select 3600 * ten_to(6 - minor_digits) as home_minor_per_millionth, minor_digits, home_currency from run_parameters),
owed as (
    select hours.*, rules.* exclude (premium_no),
        (rate_times_seconds * share_ten_thousandths + per_hour_millionths::hugeint * 10000 * seconds)::hugeint as full_numerator
    from premium_hours as hours join rules using (premium_no) where open_code is null),
credits as (   -- the half for the hours over the federal limit, as millionths times seconds
    select weeks.person_no, weeks.workweek_start, regular_rate_numerator * over_seconds as credit_numerator, regular_rate_denominator * 2 as credit_denominator
    from (select person_no, workweek_start, greatest(sum(pay_seconds) - min(flsa_limit), 0)::hugeint as over_seconds
        from pieces_classified join rule_names using (rule_no)
        where is_counted and flsa_limit is not null and person_no in (select person_no from owed where regular_rate = 'credited')
        group by person_no, workweek_start) as weeks join regular_rates using (person_no, workweek_start)),
counted as (
    select owed.*, coalesce(credit_numerator, 0) as credit_numerator, coalesce(credit_denominator, 1) as credit_denominator,
        sum(full_numerator) over (partition by owed.person_no, owed.workweek_start, regular_rate order by piece_on, premium_no)::hugeint as so_far_numerator
    from owed left join credits on owed.regular_rate = 'credited' and credits.person_no = owed.person_no and credits.workweek_start = owed.workweek_start),
paid as (   -- over 10000 times the credit's denominator
    select counted.*, (greatest(so_far_numerator * credit_denominator - credit_numerator * 10000, 0)
        - greatest((so_far_numerator - full_numerator) * credit_denominator - credit_numerator * 10000, 0))::hugeint as over_numerator,
        (10000 * credit_denominator)::hugeint as over_denominator
    from counted),
told as (
    select paid.*, missing.person_no is not null as is_missing, coalesce(minor_per_millionth, home_minor_per_millionth) as per_millionth,
        greatest(gcd(over_numerator, over_denominator), 1)::hugeint as common,
        full_numerator * credit_denominator - over_numerator as credited_numerator, coalesce(pay_minor_digits, parameters.minor_digits) as digits,
        coalesce(pay_currency, home_currency) as currency
    from paid left join pay_rates_missing as missing using (person_no, workweek_start)
    left join weeks_paid_abroad using (person_no, workweek_start) cross join parameters)
select person_no, workweek_start, piece_on as addition_on, case when regular_rate = 'credited' then workweek_end else piece_on end as paid_on,
    'premium'::hour_kind as hour_kind, hour_class, premium_id as reason, seconds as printed_seconds,
    case when not is_missing then over_numerator // common end::hugeint as exact_numerator, (over_denominator // common * per_millionth)::hugeint as exact_denominator,
    premium_id as rule_id, hours_words(seconds) || ' h of ' || sentence || case when credited_numerator > 0 and not is_missing
        then '; ' || amount_of(divide_half_up(credited_numerator, over_denominator * per_millionth), digits) || ' ' || currency
            || ' less, as it stands for overtime premium of the week (29 U.S.C. 207(h))' else '' end as sentence
from told where is_missing or over_numerator > 0 or regular_rate <> 'credited'
