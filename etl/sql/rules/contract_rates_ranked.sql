-- One row per rate of a contract with its contract: rate in millionths, cap as whole seconds and as money × 3600 (both less
-- what was used before), and its closeness: a rate for the job (2) beats one for the item (1); "*" stands for any.
with contracts as (select * from map_contracts),
numbered as (
    select row_number() over (order by contract_id)::int as contract_no, contracts.*, minor_digits,
        cap_hours is not null or cap_amount is not null as has_cap,
        -- what batches exported before have used of it (contract_used), and what was used before go-live
        (cap_hours * 3600::decimal(4, 0))::decimal(38, 0)::hugeint - coalesce((hours_before * 3600::decimal(4, 0))::decimal(38, 0)::hugeint, 0)
            - coalesce(used.seconds, 0) as seconds_left,
        ((cap_amount - coalesce(amount_before, 0) - coalesce(used.amount, 0))::decimal(24, 6) * 1000000::decimal(7, 0))::decimal(38, 0)::hugeint
            * 3600 as cost_left
    from contracts join currencies using (currency) left join contract_used as used using (contract_id))
select contract_no, contract_id, vendor_id, rates.customer_job, rates.service_item,
    (rates.customer_job <> '*')::int * 2 + (rates.service_item <> '*')::int as closeness,
    (rates.rate * 1000000::decimal(7, 0))::bigint as rate_millionths, currency, minor_digits, has_cap, seconds_left, cost_left,
    greatest(numbered.effective_from, rates.effective_from) as effective_from,
    least(numbered.effective_to, rates.effective_to) as effective_to
from numbered join map_contract_rates as rates using (contract_id)
