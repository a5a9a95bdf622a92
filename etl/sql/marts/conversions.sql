-- One row per amount converted here, in both currencies, with the rate as a fraction (home for one unit), its day, way and
-- ids: own amount × numerator / denominator, rounded half up once, is the home amount. Per document and currency the lines,
-- the total against them and the rounding difference come to 0 in both currencies.
with parameters as (select * from run_parameters where converts_here),
labor as (
    select 1 as turn, rowid as place, line_id, document_number, line_kind, posted_on as written_on, own_minor, pay_currency as currency, pay_minor_digits as digits, posted_minor
    from labor_journal where pay_currency <> posted_currency),
billed as (
    select 2 as turn, bills_converted.rowid as place, line_id, 'billing' as document_number, line_kind, bill_period_end as written_on, own_minor,
        bill_currency as currency, bill_minor_digits as digits, posted_minor
    from bills_converted cross join parameters),
converted as (
    select lines.*, case when turn = 1 then period_end else bill_period_end end as converted_on
    from (select * from labor union all by name select * from billed) as lines cross join parameters)
select line_id, document_number, line_kind, written_on, amount_of(own_minor, digits) as amount, converted.currency,
    amount_of(posted_minor, minor_digits) as home_amount, home_currency,
    case when line_kind <> 'difference' then rates.numerator end::decimal(38, 0) as rate_numerator,
    case when line_kind <> 'difference' then rates.denominator end::decimal(38, 0) as rate_denominator,
    rates.rate_date, rates.age_days, rates.way, rates.source, rates.rate_ids
from converted join fx_resolved as rates on rates.currency = converted.currency and rates.converted_on = converted.converted_on
cross join parameters order by turn, place
