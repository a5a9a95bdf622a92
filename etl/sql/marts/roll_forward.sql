-- One row per stream × state × reason: the entry roll-forward. received + carried_in = the states + carried_out, in entries
-- and seconds; an entry over midnight at a period's edge is carried. Undated entries belong to no period and stand apart;
-- so does what is corrected in earlier periods.
with entries as (select * from entries_rounded), parameters as (select * from run_parameters),
periods as (select * from run_pay_periods),
streams as (
    select entry_no, worked_on, 'pay' as stream, pay_state::varchar as state, pay_reason as reason,
        periods.period_start, periods.period_end from entries left join periods using (pay_group)
    union all
    -- what vendors are owed goes by the billing period
    select entry_no, worked_on, 'cost', entries.cost_state, entries.cost_reason,
        case when contracted.entry_no is null then periods.period_start else bill_period_start end,
        case when contracted.entry_no is null then periods.period_end else bill_period_end end
    from entries left join periods using (pay_group) left join contract_entries as contracted using (entry_no) cross join parameters
    union all
    select entry_no, worked_on, 'bill', bill_state, bill_reason, bill_period_start, bill_period_end from entries cross join parameters),
placed as (   -- nobody's entries (no payroll record) are shown in the run that meets them
    select streams.* exclude (period_start, period_end),
        coalesce(streams.period_start, case when entries.pay_group is null and stream <> 'bill' then owned_start end) as period_start,
        coalesce(streams.period_end, case when entries.pay_group is null and stream <> 'bill' then owned_end end) as period_end
    from streams join entries using (entry_no) cross join parameters),
whole_seconds as (
    select placed.entry_no, stream, state, reason,
        coalesce(placed.worked_on between period_start and period_end, false) as is_owned,
        coalesce(sum(pieces.worked_seconds) filter (where pieces.piece_on between period_start and period_end), 0)::bigint as inside,
        coalesce(sum(pieces.worked_seconds), 0)::bigint as whole, any_value(placed.worked_on) is null as is_undated,
        false as is_moved
    from placed join pieces_classified as pieces using (entry_no)
    group by placed.entry_no, stream, state, reason, placed.worked_on, period_start, period_end),
parts_over as (select * from contract_over where is_part and is_held),
seconds as (   -- an entry that crosses its contract's cap is exported, and what of it is over the cap held
    select * from whole_seconds
    union all
    select entry_no, 'cost', 'exported', null, false, -seconds, 0, false, true from parts_over
    union all
    select entry_no, 'cost', 'held', 'TE155', false, seconds, 0, false, true from parts_over),
abroad as (   -- the few keys in another currency
    select key_no, pay_currency, pay_minor_digits from labor_keys_shared cross join parameters where pay_currency <> home_currency),
amounts as (
    select stream, state, reason, sum(minor)::hugeint as minor, currency, any_value(digits) as digits from (
    select 'pay' as stream, pay_state::varchar as state, pay_reason as reason, sum(amount_minor)::hugeint as minor, coalesce(abroad.pay_currency, home_currency) as currency,
        coalesce(abroad.pay_minor_digits, minor_digits) as digits
    from labor_allocated join entries using (entry_no) left join abroad using (key_no) cross join parameters group by all
    union all
    select 'cost', cost_state, cost_reason, sum(amount_minor)::hugeint, coalesce(abroad.pay_currency, home_currency), coalesce(abroad.pay_minor_digits, minor_digits)
    from labor_allocated join entries using (entry_no) left join abroad using (key_no) cross join parameters group by all
    union all   -- pay additions of people without paid time in their week
    select stream, case when stream = 'pay' then 'exported' else cost_state::varchar end as state,
        case when state = 'out_of_scope' then case labor_posting when 'none' then 'TE043' else 'TE049' end end as reason,
        sum(additions_allocated.amount_minor)::hugeint, pay_currency, any_value(pay_minor_digits)
    from additions_allocated join payroll_lines_rounded using (payroll_line_no)
    cross join (select unnest(['pay', 'cost']) as stream) as both_streams cross join parameters where entry_no is null group by all
    union all
    select 'bill', 'exported', null, sum(amount_minor)::hugeint, bill_currency, any_value(bill_minor_digits)
    from bill_lines_rounded group by all
    union all
    select 'cost', 'exported', null, sum(amount_minor)::hugeint, currency, any_value(minor_digits) from vendor_units_rounded group by all)
    group by stream, state, reason, currency),
counted as (
    select stream, 'received' as state, null as reason, count(*) filter (where is_owned) as count_entries,
        sum(case when is_owned then whole else 0 end)::bigint as seconds, 1 as turn from seconds group by stream
    union all
    select stream, 'carried_in', null, 0, sum(inside)::bigint, 2 from seconds where not is_owned and not is_moved and inside <> 0 group by stream
    union all
    select stream, state, reason, count(*) filter (where is_owned), sum(inside)::bigint, 3 from seconds
    where is_owned or inside <> 0 group by stream, state, reason
    union all
    select stream, 'carried_out', null, 0, sum(whole - inside)::bigint, 4 from seconds where is_owned and whole <> inside group by stream
    union all
    select stream, 'undated', reason, count(*), sum(whole)::bigint, 5 from seconds where is_undated group by stream, reason),
valued as (   -- money may come alone: the premium of a workweek whose hours lie in the period before
    select coalesce(counted.stream, amounts.stream) as stream, coalesce(counted.state, amounts.state) as state,
        coalesce(counted.reason, amounts.reason) as reason, coalesce(counted.count_entries, 0) as count_entries,
        coalesce(counted.seconds, 0) as seconds, coalesce(counted.turn, 3) as turn,
        amounts.currency, amount_of(amounts.minor, amounts.digits) as amount,
        row_number() over (partition by counted.stream, counted.state, counted.reason
            order by amounts.currency <> home_currency, amounts.currency) as currency_turn
    from counted full join amounts on amounts.stream = counted.stream and amounts.state = counted.state
        and amounts.reason is not distinct from counted.reason cross join parameters),
rolled as (
    select stream, state, reason, case when currency_turn = 1 then count_entries else 0 end as count_entries,
        case when currency_turn = 1 then seconds else 0 end as seconds, amount, currency, turn, currency_turn
    from valued
    union all
    select stream, state, reason, count_entries, seconds, amount, currency, 6, rowid from correction_rolled)
select stream, state, reason, count_entries, seconds, amount, currency from rolled
order by case stream when 'pay' then 1 when 'cost' then 2 else 3 end, turn,
    list_position(['exported', 'held', 'out_of_scope', 'withdrawn', 'superseded', 'rejected'], state), reason nulls first, currency_turn
