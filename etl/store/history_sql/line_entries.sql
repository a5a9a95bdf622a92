-- One row per line × piece of an entry: every second and cent of a labor or billing line, with the entry and the rule
-- behind it; what comes from a pay addition stands with the entry that bears it. Balancing and reversal lines repeat these
-- cents and stand in journal_lines only.
with allocations as (select * from stored.allocations), postings as (select * from stored.postings),
billable as (select * from stored.billable_lines), entries as (select * from stored.entries),
pieces as (select * from stored.pieces), additions as (select *, addition_id as piece_id from stored.pay_additions)
select company, period_end, batch, audit_number, line_id,
    case when postings.line_number is not null then 'journal' when billable.bill_seconds is not null then 'billing' end as line_kind,
    document_number, account, coalesce(postings.customer_job, billable.customer_job) as customer_job,
    billable.service_item, entry_id, version, piece_id, entries.source, entries.entry_ref,
    coalesce(entries.employee_id, additions.employee_id) as employee_id, coalesce(entries.employee_name, additions.employee_name) as employee_name, entries.worked_on,
    coalesce(pieces.piece_on, additions.addition_on) as piece_on, coalesce(pieces.hour_class, additions.hour_class) as hour_class,
    coalesce(pieces.rule_id, additions.rule_id) as rule_id, coalesce(pieces.rule_sentence, additions.rule_sentence) as rule_sentence,
    allocations.seconds, allocations.amount, allocations.currency
from allocations
left join postings using (company, period_end, batch, audit_number, line_id)
left join billable using (company, period_end, batch, audit_number, line_id)
left join entries using (company, period_end, batch, audit_number, entry_id, version)
left join pieces using (company, period_end, batch, audit_number, entry_id, version, piece_id)
left join additions using (company, period_end, batch, audit_number, piece_id)
