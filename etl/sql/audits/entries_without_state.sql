-- Entry versions without exactly one known state in each stream, or with a state but no reason. Must be empty.
select entry_id, version, pay_state, cost_state, bill_state from entries_rounded
where try_cast(pay_state as entry_state) is null or try_cast(cost_state as entry_state) is null or try_cast(bill_state as entry_state) is null
    or (pay_state <> 'exported' and pay_reason is null) or (cost_state <> 'exported' and cost_reason is null)
    or (bill_state <> 'exported' and bill_reason is null)
