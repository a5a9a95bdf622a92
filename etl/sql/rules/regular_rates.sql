-- One row per person × workweek: the regular rate as a fraction, pay in millionths of the currency over seconds, from all
-- worked time of the week at its own rates (29 CFR 778.115), with salary and other pay that belongs to it. Never divided here.
with pieces as (select * from pieces_classified where is_counted),
hourly as (
    select person_no, workweek_start, sum(pay_rate_millionths::hugeint * pay_seconds)::hugeint as rate_times_seconds,
        greatest(sum(pay_seconds), 1)::hugeint as worked_seconds
    from pieces group by person_no, workweek_start),
told as (
    select hourly.*, coalesce(52 * priced_seconds, 1)::hugeint as straight_denominator, coalesce(52 * rated_seconds, 1)::hugeint as salary_denominator,
        coalesce(annual_times_seconds, 0)::hugeint as annual_times_seconds,
        coalesce(extra_numerator, 0)::hugeint as extra_numerator, coalesce(extra_denominator, 1)::hugeint as extra_denominator
    from hourly left join week_salaries using (person_no, workweek_start) left join week_earnings using (person_no, workweek_start))
select person_no, workweek_start, straight_denominator,
    ((rate_times_seconds * salary_denominator + annual_times_seconds * 3600) * extra_denominator
        + extra_numerator * 3600 * salary_denominator)::hugeint as regular_rate_numerator,
    (worked_seconds * salary_denominator * extra_denominator)::hugeint as regular_rate_denominator
from told
