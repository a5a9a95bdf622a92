-- One row per line of the accrual of contractors' cost (letter S) and its reversal on the first day after (SR), debit positive:
-- only where the company waits for the vendors' bills.
with parameters as (select * from run_parameters),
owed as (
    select account, customer_job, class, sum((amount * 1000::decimal(4, 0))::decimal(38, 0)::hugeint) as thousandths
    from vendor_lines cross join parameters where contractor_bills = 'accrue' group by account, customer_job, class),
lines as (
    select row_number() over (order by account, customer_job nulls last, class nulls last)::int as line_number, 'line' as line_kind, owed.*,
        'Contractors ' || coalesce(list_last(string_split(customer_job, ':')), 'internal') || coalesce(' / ' || class, '') as memo
    from owed
    union all
    select (select count(*) from owed)::int + 1, 'total', any_value(accounts.account), null, null, -sum(thousandths), 'Contractors ' || any_value(period_label)
    from owed cross join parameters left join map_accounts as accounts on accounts.purpose = 'accrued_contractors' having count(*) > 0),
accrued as (
    select line_number, line_kind, account, customer_job as cost_job, class, divide_whole(thousandths, ten_to(3 - minor_digits)) as posted_minor, memo
    from lines cross join parameters),
documents as (
    select accrual_document as document_number, 'S' as letter, bill_period_end as posted_on, false as is_reversal, accrued.*
    from accrued cross join parameters
    union all
    select accrual_reversal_document, 'SR', bill_period_end + 1, true, line_number, line_kind, account, cost_job, class, -posted_minor,
        'Reversal of ' || accrual_document || ': ' || memo
    from accrued cross join parameters)
select format('{}-{}-{:03d}', batch_text, letter, line_number) as line_id, document_number, letter, line_number, posted_on, line_kind, is_reversal,
    account, cost_job, class, posted_minor, minor_digits as posted_digits, home_currency as posted_currency, memo
from documents cross join parameters order by letter, line_number
