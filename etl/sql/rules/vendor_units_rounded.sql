-- One row per contract × rate × side of the cap of the billing period: the only rounding of what a vendor is owed, seconds ×
-- rate, half up (targets reference, rule 0.3: vendor × rate × bill). Where several rates together would so pass the cap by a
-- cent, they are cut instead.
with summed as (
    select contract_no, rate_millionths, over_no, any_value(contract_id) as contract_id, any_value(vendor_id) as vendor_id,
        any_value(currency) as currency, any_value(minor_digits) as minor_digits, any_value(cost_left) as cost_left, sum(seconds)::bigint as seconds
    from vendor_pieces group by contract_no, rate_millionths, over_no),
priced as (
    select summed.*, seconds::hugeint * rate_millionths * ten_to(minor_digits) as cost, divide_half_up(cost, 3600000000) as half_up
    from summed),
totalled as (
    select priced.*, over_no = 0 and sum(half_up) over (partition by contract_no, over_no) * 3600000000 > cost_left * ten_to(minor_digits) as is_at_cap
    from priced)
select row_number() over (order by contract_no, over_no, rate_millionths)::int as unit_no, totalled.* exclude (cost, half_up, is_at_cap, cost_left),
    case when is_at_cap then divide_whole(cost, 3600000000) else half_up end::bigint as amount_minor
from totalled
