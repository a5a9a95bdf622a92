-- One row per entry version, plus pay and bill seconds, each rounded once from the exact seconds by the most specific rule in
-- force on the day worked. Time that is no evidence is not rounded. Half a unit rounds up (nearest); docs/adr/0005 and 0022.
with entries as (select * from entries_to_round),
rounded as (
    select entries.* exclude (employee_id, employee_name, worker_type, customer_job, service_item),   -- told by entries_told
        case when entry_state is not null or pay.unit_seconds is null then worked_seconds
            when pay.grain = 'entry' then to_unit(worked_seconds, pay.unit_seconds, pay.mode)
            when pay.grain = 'punch' then coalesce(punches.pay_seconds, worked_seconds)
            else pay_shares.share end as pay_seconds,
        case when entry_state is not null or bill.unit_seconds is null then worked_seconds
            when bill.grain = 'entry' then to_unit(worked_seconds, bill.unit_seconds, bill.mode)
            when bill.grain = 'invoice_line' then coalesce(bill_shares.share, worked_seconds)
            else bill_shares.share end as bill_seconds
    from entries
    left join rounding_rules as pay on pay.rule_no = entries.pay_rule_no
    left join rounding_rules as bill on bill.rule_no = entries.bill_rule_no
    left join punches_rounded as punches on punches.entry_no = entries.entry_no
    left join rounding_shares as pay_shares on pay_shares.part_id = entries.entry_no * 2
    left join rounding_shares as bill_shares on bill_shares.part_id = entries.entry_no * 2 + 1)
select * from rounded
