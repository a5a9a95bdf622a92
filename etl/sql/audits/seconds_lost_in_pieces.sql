-- Entries whose pieces do not add up to their worked, pay and bill seconds. Must be empty.
with both_sides as (
    select entry_no, false as is_piece, -coalesce(worked_seconds, 0) as worked, -coalesce(pay_seconds, 0) as pay, -coalesce(bill_seconds, 0) as bill
    from entries_rounded
    union all select entry_no, true, worked_seconds, pay_seconds, bill_seconds from pieces_classified)
select entry_no, sum(worked) as worked_left, sum(pay) as pay_left, sum(bill) as bill_left from both_sides group by entry_no
having worked_left <> 0 or pay_left <> 0 or bill_left <> 0 or bool_and(is_piece) or not bool_or(is_piece)
