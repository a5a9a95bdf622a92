-- One row per line of a foreign currency's bills as converted here: each line rounded once, their sum with the opposite sign
-- converted as one amount, and what is left between them on a line of its own, so that both currencies come to 0.
with parameters as (select *, minor_digits as home_digits from run_parameters where converts_here),
billed as (
    select format('{}-B-{:03d}', batch_text, bill_line_no) as line_id, bill_line_no, bill_currency, bill_minor_digits, amount_minor as own_minor,
        numerator, denominator
    from bill_lines_rounded cross join parameters
    join fx_resolved as rates on rates.currency = bill_currency and rates.converted_on = bill_period_end
    where bill_currency <> home_currency),
totals as (
    select bill_currency, any_value(bill_minor_digits) as bill_minor_digits, any_value(numerator) as numerator, any_value(denominator) as denominator,
        -sum(own_minor)::hugeint as own_minor
    from billed group by bill_currency),
lines as (
    select 1 as turn, 'line' as line_kind, billed.* from billed
    union all by name select 2 as turn, 'total' as line_kind, totals.* from totals),
posted as (
    select lines.*, divide_half_up(own_minor * numerator * ten_to(home_digits), denominator * ten_to(bill_minor_digits)) as posted_minor
    from lines cross join parameters),
everything as (
    select * exclude (numerator, denominator) from posted
    union all by name
    select 3 as turn, 'difference' as line_kind, bill_currency, any_value(bill_minor_digits) as bill_minor_digits, 0::hugeint as own_minor,
        -sum(posted_minor)::hugeint as posted_minor
    from posted group by bill_currency having sum(posted_minor) <> 0),
numbered as (
    select *, row_number() over (order by bill_currency, turn) as place from everything where turn > 1)
select coalesce(everything.line_id, format('{}-X-{:03d}', batch_text, place)) as line_id, everything.bill_line_no, everything.line_kind,
    everything.bill_currency, everything.bill_minor_digits, everything.own_minor, everything.posted_minor
from everything left join numbered using (bill_currency, turn) cross join parameters order by everything.bill_currency, turn, everything.bill_line_no
