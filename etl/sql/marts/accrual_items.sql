-- One row per accrual at a month's end that is not posted because the books are locked there, as an exception item.
select codes.code, codes.severity, stream as streams, null::varchar as entry_id, null::varchar as employee_ref, accrued_to as worked_on, null::bigint as seconds,
    what || ' to ' || accrued_to || ', books locked' as found, codes.title as expected, codes.fix as remedy, null::varchar as due
from (select 'cost' as stream, wages_locked as is_locked, wages_month_end as accrued_to, 'wages' as what from run_parameters
    union all select 'bill', billing_locked, billing_month_end, 'unbilled revenue' from run_parameters) as accruals
join codes on codes.code = 'TE250' where is_locked
