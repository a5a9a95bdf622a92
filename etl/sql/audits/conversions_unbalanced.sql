-- Documents that do not come to 0 in both currencies, whose rounding difference is over half a minor unit a line, or lines
-- that are not their own amount × the stored rate. Must be empty.
with parameters as (select * from run_parameters),
recomputed as (
    select conversions.*, (amount * 1000::decimal(4, 0))::hugeint as own_thousandths, (home_amount * 1000::decimal(4, 0))::hugeint as home_thousandths,
        1000 // ten_to(minor_digits) as unit_thousandths
    from conversions cross join parameters),
summed as (
    select document_number, currency, sum(amount) as own_left, sum(home_amount) as home_left, count(*) filter (where line_kind = 'line') as count_lines,
        coalesce(sum(home_thousandths) filter (where line_kind = 'difference'), 0) as difference, any_value(unit_thousandths) as unit
    from recomputed group by document_number, currency)
select document_number, currency, own_left, home_left, null as line_id from summed
where own_left <> 0 or home_left <> 0 or 2 * abs(difference) > count_lines * unit
union all
select document_number, currency, amount, home_amount, line_id from recomputed
where line_kind <> 'difference' and (home_amount is null or rate_denominator is null
    or home_thousandths <> divide_half_up(own_thousandths * rate_numerator::hugeint, rate_denominator::hugeint * unit_thousandths) * unit_thousandths)
