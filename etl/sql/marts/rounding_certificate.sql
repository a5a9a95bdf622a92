-- One row per person × purpose of this run's periods whose time a rule of rounding met: exact and rounded seconds, the signed
-- difference, the events (groups of entries rounded together) that went up and down, and what the policy would be expected to
-- do. Bias of one event, A.3 of the labor reference: half a unit goes one way, the other remainders cancel.
with entries as (select * from entries_told where entry_state is null),
periods as (select * from run_pay_periods),
rules as (select * from rounding_rules where mode <> 'none'),
parts as (select part_id, unit_id from rounding_parts),
met as (
    select 'pay' as purpose, entry_no, entry_no * 2 as part_id, employee_id, employee_name, law_key, worked_on, pay_rule_no as rule_no,
        worked_seconds, pay_seconds as rounded_seconds
    from entries join periods using (pay_group)
    where pay_rule_no is not null and pay_state = 'exported' and worked_on between period_start and period_end
    union all
    select 'bill', entry_no, entry_no * 2 + 1, employee_id, employee_name, law_key, worked_on, bill_rule_no, worked_seconds, bill_seconds
    from entries cross join run_parameters
    where bill_rule_no is not null and bill_state = 'exported' and worked_on between bill_period_start and bill_period_end),
events as (
    select met.purpose, met.employee_id, any_value(met.employee_name) as employee_name, met.rule_no, coalesce(parts.unit_id, -met.entry_no) as event_id,
        law.position, law.sentence, sum(met.worked_seconds)::bigint as exact, sum(met.rounded_seconds)::bigint as rounded
    from met join rules on rules.rule_no = met.rule_no left join parts on parts.part_id = met.part_id
    left join law_keys on met.purpose = 'pay' and law_keys.law_key = met.law_key
    left join rounding_law as law on law.rule_no = met.rule_no and law.work_location = law_keys.work_location
        and met.worked_on between law.effective_from and law.effective_to
    group by met.purpose, met.employee_id, met.rule_no, event_id, law.position, law.sentence),
biased as (   -- whole minutes have other halves than whole seconds
    select events.*, rules.unit_seconds as unit, rules.grain,
        replace(mode, '_', ' ') || ' ' || case when unit % 60 = 0 then unit // 60 || ' min' else unit || ' s' end || ' by ' || replace(grain, '_', ' ') as policy,
        case when unit % 60 = 0 and exact % 60 = 0 then 60 else 1 end as step,
        case when grain = 'punch' then 0 when mode = 'up' then unit - step when mode = 'down' then step - unit when unit // step % 2 = 1 then 0
            when mode = 'nearest' then step when mode = 'nearest_half_down' then -step else 0 end as half_seconds
    from events join rules using (rule_no)),
summed as (
    select purpose, employee_id, any_value(employee_name) as employee_name, string_agg(distinct policy, '; ' order by policy) as policy,
        sum(exact)::bigint as exact_seconds, sum(rounded)::bigint as rounded_seconds, (sum(rounded) - sum(exact))::bigint as difference_seconds,
        count(*) as count_events, count(*) filter (where rounded > exact) as count_up, count(*) filter (where rounded < exact) as count_down,
        (sum(half_seconds) // 2)::bigint as expected_seconds, sum(unit::hugeint * unit * case grain when 'punch' then 2 else 1 end) as squares,
        bool_or(grain = 'invoice_line') as is_shared, string_agg(distinct sentence, '; ' order by sentence) as law,
        ['forbidden', 'hostile', 'unknown', 'allowed'][min(list_position(['forbidden', 'hostile', 'unknown', 'allowed'], position))] as law_position
    from biased group by purpose, employee_id),
judged as (   -- one event varies by a twelfth of the squared unit; two standard deviations of all hold 19 of 20 cases
    select summed.*, (difference_seconds - expected_seconds)::hugeint as beyond,
        case when is_shared or count_events < 20 then 'not_judged' when beyond * beyond * 3 <= squares then 'as_expected'
            when beyond < 0 then 'less' else 'more' end as judgement
    from summed)
select purpose, employee_id, employee_name, policy, exact_seconds, rounded_seconds, difference_seconds, count_events, count_up, count_down,
    expected_seconds, judgement, law_position, law,
    nullif(concat_ws('; ', case when purpose = 'pay' and difference_seconds < 0 then 'paid ' || clock_hours(-difference_seconds) || ' less than worked' end,
        case law_position when 'hostile' then 'the law is hostile to rounding' when 'unknown' then 'the law is not settled' end), '') as warning
from judged order by purpose desc, employee_name, employee_id
