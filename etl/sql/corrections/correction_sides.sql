-- One row per stream × side × line × piece of the earlier periods looked at: what was exported for them (is_now false: the
-- period's own batch and every correction since), and what their inputs give today. A pay addition is a piece named by person,
-- day and reason: its own id is numbered anew in every run.
with additions as (
    select is_now, batch, addition_id, employee_id, workweek_start, pay_item, coalesce(addition_on, workweek_start) as piece_on, printed_seconds,
        format('{}/{}/{}', employee_id, coalesce(addition_on, workweek_start), reason) as piece_id
    from side_pay_additions),
pieces as (
    select is_now, batch, piece_id as side_piece_id, piece_id, employee_id, workweek_start, piece_on, is_in_pay_period, is_in_bill_period, worked_seconds
    from side_pieces
    union all
    select is_now, batch, addition_id, piece_id, employee_id, workweek_start, piece_on, false, false, 0 from additions),
converted as (   -- what a line in another currency came to in the home currency
    select is_now, batch, line_id, entry_id, version, piece_id, home_amount from side_converted_shares where split_part(line_id, '-', 2) = 'L'),
labor as (   -- of each its seconds, and its cents as they were posted
    select is_now, batch, line_id, entry_id, version, piece_id, 1 as counted, seconds,
        case when abroad.line_id is null then amount else 0 end as amount
    from side_allocations left join (select distinct is_now, batch, line_id from converted) as abroad using (is_now, batch, line_id)
    union all
    select is_now, batch, line_id, entry_id, version, piece_id, 0, 0, home_amount from converted),
paid as (
    select 'pay' as stream, is_now, batch, null as line_id, employee_id, workweek_start, pay_item, null as account, null as customer_job,
        null as class, null as service_item, null::decimal(18, 6) as bill_rate, null as currency, entry_id, version, piece_id, piece_on,
        case when is_in_pay_period then worked_seconds else 0 end as worked_seconds,
        case when is_in_pay_period then pay_seconds else premium_seconds end as seconds, null::decimal(18, 3) as amount
    from side_pieces where pay_item is not null
    union all
    select 'pay', is_now, batch, null, employee_id, workweek_start, pay_item, null, null, null, null, null::decimal(18, 6), null, '', 0, piece_id,
        piece_on, 0, printed_seconds, null::decimal(18, 3) from additions),
costed as (
    select 'cost', lines.is_now, lines.batch, lines.line_id, employee_id, workweek_start, null, account, customer_job, class, null,
        null::decimal(18, 6), lines.currency, coalesce(shares.entry_id, ''), coalesce(shares.version, 0), pieces.piece_id, piece_on,
        case when is_in_pay_period then worked_seconds else 0 end * counted, shares.seconds, shares.amount
    from side_postings as lines join labor as shares using (is_now, batch, line_id)
    join pieces on pieces.is_now = lines.is_now and pieces.batch = lines.batch and pieces.side_piece_id = shares.piece_id where split_part(lines.line_id, '-', 2) = 'L'),
billed as (
    select 'bill', lines.is_now, lines.batch, lines.line_id, employee_id, workweek_start, null, null, customer_job, null, service_item,
        bill_rate, lines.currency, coalesce(shares.entry_id, ''), coalesce(shares.version, 0), pieces.piece_id, piece_on,
        case when is_in_bill_period then worked_seconds else 0 end, shares.seconds, shares.amount
    from side_billable_lines as lines join side_allocations as shares using (is_now, batch, line_id)
    join pieces on pieces.is_now = lines.is_now and pieces.batch = lines.batch and pieces.side_piece_id = shares.piece_id),
corrected as (
    select stream, false, batch, line_id, parts.employee_id, parts.workweek_start, pay_item, account, customer_job, class, service_item,
        bill_rate, case when stream <> 'pay' then lines.currency end, coalesce(parts.entry_id, ''), coalesce(parts.version, 0), parts.piece_id, parts.piece_on,
        parts.worked_seconds, parts.seconds, parts.amount
    from earlier_corrections as lines join earlier_parts as parts using (line_id))
select * from paid union all select * from costed union all select * from billed union all select * from corrected
