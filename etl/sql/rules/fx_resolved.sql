-- One row per currency × day of a document whose amounts are converted into the home currency here, with the exact rate as a
-- fraction, home for one unit: a rate into the home currency before one out of it, before two legs of one source and day over
-- a third currency. The day itself, else where declared the newest day before it; without a rate all of it is null.
with parameters as (select *, ten_to(10) as one_unit from run_parameters where converts_here),
wanted as (
    select distinct pay_currency as currency, period_end as converted_on from payroll_lines_rounded cross join parameters
    where pay_currency <> home_currency and amount_minor is not null and labor_posting <> 'none'
    union
    select distinct bill_currency, bill_period_end from bill_lines_rounded cross join parameters where bill_currency <> home_currency),
usable as (   -- of several versions of a day the one that the company has chosen
    select rates.*, (rate * 10000000000::decimal(11, 0))::hugeint as units, from_currency || '/' || to_currency || ' ' || rates.source_id as rate_id
    from map_fx_rates as rates cross join parameters left join fx_choices as choices
        on choices.source = rates.source and choices.rate_date = rates.rate_date
    where rates.source = fx_source and coalesce(choices.source_id, rates.source_id) = rates.source_id),
ways as (
    select from_currency as currency, rate_date, 1 as turn, '' as over, 'direct' as way, units as numerator, one_unit as denominator, rate_id as rate_ids
    from usable cross join parameters where to_currency = home_currency
    union all
    select to_currency, rate_date, 2, '', 'inverse', one_unit, units, rate_id
    from usable cross join parameters where from_currency = home_currency
    union all
    select foreign_leg.to_currency, home_leg.rate_date, 3, home_leg.from_currency, 'through ' || home_leg.from_currency, home_leg.units, foreign_leg.units,
        foreign_leg.rate_id || '; ' || home_leg.rate_id
    from usable as home_leg join usable as foreign_leg
        on foreign_leg.rate_date = home_leg.rate_date and foreign_leg.from_currency = home_leg.from_currency
    cross join parameters where home_leg.to_currency = home_currency and foreign_leg.to_currency <> home_currency),
ranked as (
    select wanted.*, ways.* exclude (currency), row_number() over (partition by wanted.currency, converted_on
        order by ways.rate_date desc, turn, over) as place
    from wanted cross join parameters left join ways on ways.currency = wanted.currency
        and ways.rate_date between converted_on - most_age_days::int and converted_on)
select currency, converted_on, rate_date, (converted_on - rate_date)::int as age_days, way, fx_source as source, rate_ids,
    numerator // gcd(numerator, denominator) as numerator, denominator // gcd(numerator, denominator) as denominator
from ranked cross join parameters where place = 1 order by currency, converted_on
