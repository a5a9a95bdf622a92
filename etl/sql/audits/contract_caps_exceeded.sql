-- Contracts billed beyond what was left of their cap, in seconds or in money. Must be empty; what is over a cap and goes on all
-- the same stands on lines of its own.
with billed as (
    select contract_no, sum(seconds) as seconds, sum(amount_minor) as minor, any_value(minor_digits) as minor_digits
    from vendor_units_rounded where over_no = 0 group by contract_no),
caps as (select distinct contract_no, seconds_left, cost_left from contract_rates_ranked)
select contract_no, billed.seconds, seconds_left, minor, cost_left
from billed join caps using (contract_no)
where billed.seconds > seconds_left or minor * 3600000000 > cost_left * ten_to(minor_digits)
