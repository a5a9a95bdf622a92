-- The only division of money and the only allocation: whole numbers, the half spelled out, so that a reversal cancels.
create or replace macro divide_half_up(n, d) as
    (case when n < 0 then -1 else 1 end)::hugeint * ((2 * abs(n::hugeint) + d::hugeint) // (2 * d::hugeint));

-- Shares of unit_total by weight: cut down, then one more each to the largest cut-off fractions, ties by part_order.
-- parts: the name of a table (unit_id, part_id, part_order, unit_total, weight). Source: targets reference, rule 0.3.
create or replace macro largest_remainder(parts) as table
with given as (
    select unit_id, part_id, part_order, unit_total::hugeint as unit_total, weight::hugeint as weight,
        sum(weight::hugeint) over (partition by unit_id)::hugeint as unit_weight
    from query_table(parts)),
cut as (
    select *,
        case when unit_weight = 0 then 0::hugeint else abs(unit_total) * weight // unit_weight end as whole_share,
        case when unit_weight = 0 then 0::hugeint else abs(unit_total) * weight % unit_weight end as fraction
    from given),
ranked as (
    select *,
        abs(unit_total) - sum(whole_share) over (partition by unit_id) as left_over,
        row_number() over (partition by unit_id order by fraction desc, part_order) as turn
    from cut)
select unit_id, part_id,
    (case when unit_total < 0 then -1 else 1 end
        * (whole_share + case when turn <= left_over then 1 else 0 end))::hugeint as share
from ranked;

-- Powers of ten as whole numbers: power() and ** are floating point.
create or replace macro ten_to(n) as (
    ([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000, 10000000000, 100000000000,
        1000000000000]::hugeint[])[n + 1]);

-- Minor units as an amount DECIMAL(18,3): 123 of a currency with 2 digits is 1.230.
create or replace macro amount_of(minor, digits) as (
    ((minor::hugeint * ten_to(3 - digits))::decimal(18, 0) * 0.001::decimal(4, 3))::decimal(18, 3));
