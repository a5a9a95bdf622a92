-- The only division of money and the only allocation: whole numbers, the half spelled out, so that a reversal cancels.
-- What fits into 64 bits is divided there, 20 times faster; the result is the same.
create or replace macro divide_whole(n, d) as
    (case when n <= 9223372036854775807 and d <= 9223372036854775807 then (n::bigint // d::bigint)::hugeint else n // d end);

create or replace macro divide_half_up(n, d) as
    (case when n < 0 then -1 else 1 end)::hugeint * divide_whole(2 * abs(n::hugeint) + d::hugeint, 2 * d::hugeint);

-- What a part's share of a total is when it is cut down, and what was cut off, over the weight of the whole.
create or replace macro part_of(total, weight, whole) as
    (case when whole = 0 then 0::hugeint else divide_whole(abs(total::hugeint) * weight, whole) end);
create or replace macro cut_off(total, weight, whole) as (abs(total::hugeint) * weight - part_of(total, weight, whole) * whole);

-- Shares of unit_total by weight: cut down, then one more each to the largest cut-off fractions, ties by part_order.
-- parts: the name of a table (unit_id, part_id, part_order, unit_total, weight, unit_weight: the sum of the unit's weights; an
-- audit of the shares would show another). Source: targets reference, rule 0.3.
create or replace macro weighed_remainder(parts) as table
with cut as (
    select given.* exclude (unit_weight), part_of(unit_total, weight, unit_weight) as whole_share,
        cut_off(unit_total, weight, unit_weight) as cut_off
    from query_table(parts) as given),
ranked as (   -- what is sorted is carried along: as little as is needed after it
    select cut.*, abs(unit_total::hugeint) - sum(whole_share) over (partition by unit_id) as left_over,
        row_number() over (partition by unit_id order by cut_off desc, part_order) as turn
    from cut)
select ranked.* exclude (whole_share, cut_off, left_over, turn),
    (case when unit_total < 0 then -1 else 1 end * (whole_share + (turn <= left_over)::int))::hugeint as share
from ranked;

-- The same where nobody has added up the weights of a unit yet.
create or replace macro largest_remainder(parts) as table
with parts_read as materialized (select * from query_table(parts)),
units as (select unit_id, sum(weight)::hugeint as unit_weight from parts_read group by unit_id),
parts_weighed as (select given.*, unit_weight from parts_read as given join units using (unit_id))
select * from weighed_remainder('parts_weighed');

-- Powers of ten as whole numbers: power() and ** are floating point.
create or replace macro ten_to(n) as (
    ([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
        1000000000000]::hugeint[])[n + 1]);

-- Minor units as an amount DECIMAL(18,3): 123 of a currency with 2 digits is 1.230.
create or replace macro amount_of(minor, digits) as (
    ((minor::hugeint * ten_to(3 - digits))::decimal(18, 0) * 0.001::decimal(4, 3))::decimal(18, 3));

-- The same as text with the decimals of its currency: 160.00, 2000.
create or replace macro amount_words(minor, digits) as
    (left(amount_of(minor, digits)::varchar, length(amount_of(minor, digits)::varchar) - 3 + digits - (digits = 0)::int));

-- Pieces billed by the hour as lines: one row per customer:job × service item × rate, quantity as printed × rate = amount, half
-- up. The quantity has as many decimals (2 to 6) as it takes to hit every cent (targets reference, rule 0.2).
-- pieces: the name of a table (entry_no, customer_job, service_item, bill_rate, bill_currency, bill_minor_digits, bill_seconds).
create or replace macro billable_units(pieces) as table
with summed as (
    select customer_job, service_item, bill_rate, bill_currency, any_value(bill_minor_digits) as bill_minor_digits,
        sum(bill_seconds)::bigint as bill_seconds, min(entry_no) as first_entry_no
    from query_table(pieces) group by customer_job, service_item, bill_rate, bill_currency),
digits as (
    select summed.*,
        case when bill_rate <= 1 then 0 when bill_rate <= 10 then 1 when bill_rate <= 100 then 2
            when bill_rate <= 1000 then 3 when bill_rate <= 10000 then 4 when bill_rate <= 100000 then 5 else 6 end as rate_digits,
    from summed),
quantities as (
    select digits.*, greatest(2, least(6, rate_digits + bill_minor_digits))::int as quantity_digits from digits),
printed as (
    select quantities.*,
        divide_half_up(bill_seconds::hugeint * ten_to(quantity_digits), 3600) as quantity_units
    from quantities),
priced as (
    select row_number() over (order by customer_job, service_item, bill_rate, bill_currency) as bill_line_no, printed.*,
        divide_half_up(quantity_units * (bill_rate::decimal(24, 6) * 1000000)::hugeint,
            ten_to(quantity_digits + 6 - bill_minor_digits)) as amount_minor
    from printed)
select * from priced;
