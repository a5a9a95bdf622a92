-- One row per stream × side × line × piece of the earlier periods looked at: what was exported for them (is_now false: the
-- period's own batch and every correction since), and what their inputs give today.
with pieces as (select * from side_pieces),
paid as (
    select 'pay' as stream, is_now, batch, null as line_id, employee_id, workweek_start, pay_item, null as account, null as customer_job,
        null as class, null as service_item, null::decimal(18, 6) as bill_rate, null as currency, entry_id, version, piece_id, piece_on,
        case when is_in_pay_period then worked_seconds else 0 end as worked_seconds,
        case when is_in_pay_period then pay_seconds else premium_seconds end as seconds, null::decimal(18, 3) as amount
    from pieces where pay_item is not null),
costed as (
    select 'cost', lines.is_now, lines.batch, lines.line_id, employee_id, workweek_start, null, account, customer_job, class, null,
        null::decimal(18, 6), lines.currency, shares.entry_id, shares.version, shares.piece_id, piece_on,
        case when is_in_pay_period then worked_seconds else 0 end, shares.seconds, shares.amount
    from side_postings as lines join side_allocations as shares using (is_now, batch, line_id)
    join pieces using (is_now, batch, piece_id) where split_part(lines.line_id, '-', 2) = 'L'),
billed as (
    select 'bill', lines.is_now, lines.batch, lines.line_id, employee_id, workweek_start, null, null, customer_job, null, service_item,
        bill_rate, lines.currency, shares.entry_id, shares.version, shares.piece_id, piece_on,
        case when is_in_bill_period then worked_seconds else 0 end, shares.seconds, shares.amount
    from side_billable_lines as lines join side_allocations as shares using (is_now, batch, line_id)
    join pieces using (is_now, batch, piece_id)),
corrected as (
    select stream, false, batch, line_id, parts.employee_id, parts.workweek_start, pay_item, account, customer_job, class, service_item,
        bill_rate, case when stream <> 'pay' then lines.currency end, parts.entry_id, parts.version, parts.piece_id, parts.piece_on,
        parts.worked_seconds, parts.seconds, parts.amount
    from earlier_corrections as lines join earlier_parts as parts using (line_id))
select * from paid union all select * from costed union all select * from billed union all select * from corrected
