-- One row per exception item and batch in which it stood open, with the first and last such batch of the same item.
-- What was decided about it afterwards stands in the audit log.
with items as (select * from stored.exceptions),
followed as (
    select *, min(audit_number) over item as first_audit_number, max(audit_number) over item as last_audit_number,
        min(period_end) over item as first_period_end, max(period_end) over item as last_period_end
    from items window item as (partition by company, code, streams, entry_id, employee_ref, worked_on))
select company, period_end, batch, audit_number, code, severity, streams, entry_id, employee_ref, worked_on, seconds, found,
    expected, remedy, due, first_audit_number, last_audit_number, first_period_end, last_period_end
from followed
