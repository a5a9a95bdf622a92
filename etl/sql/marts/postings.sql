-- One row per journal line, debit positive. Mode accrue: all labor against accrued wages, and the same reversed on the
-- first day after; mode distribution: labor of jobs out of wages expense (targets reference, 9.1). Contractors' cost is accrued
-- and reversed the same way where the company waits for the vendors' bills. Corrections of earlier periods follow.
with debits as (select * from labor_lines), parameters as (select * from run_parameters),
credit as (
    select count(*)::int + 1 as line_number, accounts.account, null as cost_job, null as class,
        -sum(debits.amount_minor)::hugeint as amount_minor,
        case when labor_posting = 'accrue' then 'Gross wages ' else 'Labor distributed to jobs ' end || period_label as memo
    from debits cross join parameters
    left join map_accounts as accounts
        on accounts.purpose = case when labor_posting = 'accrue' then 'accrued_wages' else 'wages_expense' end
    group by accounts.account, labor_posting, period_label),
journal as (
    select line_number, account, cost_job, class, amount_minor, memo from debits
    union all select line_number, account, cost_job, class, amount_minor, memo from credit),
owed as (
    select account, customer_job, class, sum((amount * 1000::decimal(4, 0))::decimal(38, 0)::hugeint) as thousandths
    from vendor_lines cross join parameters where contractor_bills = 'accrue' group by account, customer_job, class),
owed_lines as (
    select row_number() over (order by account, customer_job nulls last, class nulls last)::int as line_number, owed.*,
        'Contractors ' || coalesce(list_last(string_split(customer_job, ':')), 'internal') || coalesce(' / ' || class, '') as memo
    from owed
    union all
    select (select count(*) from owed)::int + 1, any_value(accounts.account), null, null, -sum(thousandths), 'Contractors ' || any_value(period_label)
    from owed cross join parameters left join map_accounts as accounts on accounts.purpose = 'accrued_contractors' having count(*) > 0),
accrued as (
    select line_number, account, customer_job as cost_job, class, divide_whole(thousandths, ten_to(3 - minor_digits)) as amount_minor, memo
    from owed_lines cross join parameters),
documents as (
    select labor_document as document_number, 'L' as letter, period_end as posted_on, journal.*
    from journal cross join parameters where labor_posting <> 'none'
    union all
    select reversal_document, 'R', period_end + 1, line_number, account, cost_job, class, -amount_minor,
        'Reversal of ' || labor_document || ': ' || memo
    from journal cross join parameters where labor_posting = 'accrue'
    union all
    select accrual_document, 'S', bill_period_end, accrued.* from accrued cross join parameters
    union all
    select accrual_reversal_document, 'SR', bill_period_end + 1, line_number, account, cost_job, class, -amount_minor,
        'Reversal of ' || accrual_document || ': ' || memo
    from accrued cross join parameters),
lines as (
    select format('{}-{}-{:03d}', batch_text, letter, line_number) as line_id, document_number, line_number, posted_on, account,
        cost_job as customer_job, class, amount_of(amount_minor, minor_digits) as amount, home_currency as currency, memo, letter, line_number as turn
    from documents cross join parameters
    union all
    select *, 'Z', rowid from correction_postings)
select * exclude (letter, turn) from lines order by letter, turn
