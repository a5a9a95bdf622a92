-- One row per accrual at a month's end that is not posted, because the books are locked there or nobody converts its currency, as an
-- exception item.
with found as (
    select 'TE250' as code, stream, accrued_to, what || ' to ' || accrued_to || ', books locked' as found
    from (select 'cost' as stream, wages_locked as is_locked, wages_month_end as accrued_to, 'wages' as what from run_parameters
        union all select 'bill', billing_locked, billing_month_end, 'unbilled revenue' from run_parameters) as accruals
    where is_locked
    union all
    select distinct 'TE251', 'bill', billing_accrued_to, 'unbilled revenue to ' || billing_accrued_to || ' in ' || bill_currency
    from bill_pieces cross join run_parameters
    where piece_on <= billing_accrued_to and bill_currency <> home_currency and not converts_here and not converts_in_books)
select codes.code, codes.severity, stream as streams, null::varchar as entry_id, null::varchar as employee_ref, accrued_to as worked_on, null::bigint as seconds,
    found, codes.title as expected, codes.fix as remedy, null::varchar as due
from found join codes using (code)
