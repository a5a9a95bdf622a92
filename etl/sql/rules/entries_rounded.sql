-- One row per entry version, plus pay and bill seconds, each rounded once from the exact seconds by the rule in force on
-- the day worked. Time that is no evidence is not rounded. Half a unit rounds up (nearest); docs/adr/0005.
with entries as (select * from entries_with_states),
pay_rules as (select * from rounding_rules where purpose = 'pay'),
bill_rules as (select * from rounding_rules where purpose = 'bill'),
shares as (select part_id, share::bigint as share from largest_remainder('rounding_parts')),
rounded as (
    select entries.*,
        case when entry_state is not null or pay.unit_seconds is null then worked_seconds
            when pay.grain = 'entry' then
                (worked_seconds + case pay.mode when 'nearest' then pay.unit_seconds // 2
                    when 'up' then pay.unit_seconds - 1 else 0 end) // pay.unit_seconds * pay.unit_seconds
            else pay_shares.share end as pay_seconds,
        case when entry_state is not null or bill.unit_seconds is null then worked_seconds
            when bill.grain = 'entry' then
                (worked_seconds + case bill.mode when 'nearest' then bill.unit_seconds // 2
                    when 'up' then bill.unit_seconds - 1 else 0 end) // bill.unit_seconds * bill.unit_seconds
            else bill_shares.share end as bill_seconds
    from entries
    left join pay_rules as pay on entries.worked_on between pay.effective_from and pay.effective_to
    left join bill_rules as bill on entries.worked_on between bill.effective_from and bill.effective_to
    left join shares as pay_shares on pay_shares.part_id = entries.entry_no * 2
    left join shares as bill_shares on bill_shares.part_id = entries.entry_no * 2 + 1)
select * from rounded
