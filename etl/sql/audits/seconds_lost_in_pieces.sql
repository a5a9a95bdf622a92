-- Entries whose pieces do not add up to their worked, pay and bill seconds. Must be empty. Nearly all entries are one piece
-- with just their seconds; only the others are added up, and a count proves that no entry is in both or in either twice.
with others as materialized (
    select entries.entry_no, pieces.entry_no as piece_entry_no, entries.worked_seconds as worked, entries.pay_seconds as pay, entries.bill_seconds as bill,
        pieces.worked_seconds, pieces.pay_seconds, pieces.bill_seconds
    from pieces_classified as pieces full join entries_rounded as entries using (entry_no)
    where (pieces.worked_seconds = coalesce(entries.worked_seconds, 0) and pieces.pay_seconds = coalesce(entries.pay_seconds, 0)
        and pieces.bill_seconds = coalesce(entries.bill_seconds, 0) and entries.entry_no is not null) is not true),
added as (
    select coalesce(others.entry_no, piece_entry_no) as entry_no, others.entry_no is null as has_no_entry,
        sum(worked_seconds) - coalesce(any_value(worked), 0) as worked_left, sum(pay_seconds) - coalesce(any_value(pay), 0) as pay_left,
        sum(bill_seconds) - coalesce(any_value(bill), 0) as bill_left
    from others group by others.entry_no, coalesce(others.entry_no, piece_entry_no)),
counted as (
    select (select count(*) from entries_rounded) - (select count(*) from added) as entries_whole,
        (select count(*) from pieces_classified) - (select count(piece_entry_no) from others) as pieces_whole)
select entry_no, worked_left, pay_left, bill_left from added
where has_no_entry or (worked_left = 0 and pay_left = 0 and bill_left = 0) is not true
union all
select null, entries_whole, pieces_whole, null from counted where entries_whole <> pieces_whole
