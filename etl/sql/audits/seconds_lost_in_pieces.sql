-- Entries whose pieces do not add up to their worked, pay and bill seconds. Must be empty.
with pieces as (
    select entry_no, sum(worked_seconds) as worked, sum(pay_seconds) as pay, sum(bill_seconds) as bill
    from pieces_classified group by entry_no)
select entries.entry_id, entries.version, entries.worked_seconds, pieces.worked
from entries_rounded as entries left join pieces using (entry_no)
where pieces.entry_no is null or pieces.worked <> coalesce(entries.worked_seconds, 0)
    or pieces.pay <> coalesce(entries.pay_seconds, 0) or pieces.bill <> coalesce(entries.bill_seconds, 0)
