-- Entry versions without exactly one known state in each stream, or with a state but no reason. Must be empty.
select entry_id, version, pay_state, cost_state, bill_state from entries_rounded
where not coalesce(pay_state in ('rejected', 'superseded', 'withdrawn', 'out_of_scope', 'held', 'exported'), false)
    or not coalesce(cost_state in ('rejected', 'superseded', 'withdrawn', 'out_of_scope', 'held', 'exported'), false)
    or not coalesce(bill_state in ('rejected', 'superseded', 'withdrawn', 'out_of_scope', 'held', 'exported'), false)
    or (pay_state <> 'exported' and pay_reason is null) or (cost_state <> 'exported' and cost_reason is null)
    or (bill_state <> 'exported' and bill_reason is null)
