-- One row per contractor's entry with time over its contract's cap in this period, with those seconds. `is_part`: the rest of
-- the entry is within the cap. `is_held`: such time waits; else it goes on and is told.
select entry_no, any_value(contract_id) as contract_id, sum(seconds - within_seconds)::bigint as seconds, sum(within_seconds) > 0 as is_part,
    any_value(over_cap) = 'hold' as is_held
from contract_time cross join run_parameters where is_due group by entry_no having sum(seconds - within_seconds) > 0
