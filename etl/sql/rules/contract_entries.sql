-- One row per contractor's entry version with its state in cost. Where time over the cap waits, an entry wholly over it is
-- held; one that crosses the cap is exported, its rest told and counted as held (contract_over).
with entries as (
    select entry_no, any_value(cost_code) as cost_code, coalesce(sum(seconds) filter (where is_due), 0) as due_seconds,
        coalesce(sum(within_seconds) filter (where is_due), 0) as within_seconds
    from contract_time group by entry_no),
decided as (
    select entry_no, case when cost_code is not null then cost_code
        when over_cap = 'hold' and due_seconds > 0 and within_seconds = 0 then 'TE155' end as cost_reason
    from entries cross join run_parameters)
select entry_no, cost_reason, case when cost_reason is null then 'exported'::entry_state
    when cost_reason = 'TE150' then 'out_of_scope'::entry_state else 'held'::entry_state end as cost_state
from decided
