-- One row per journal line, debit positive. Mode accrue: all labor against accrued wages, and the same reversed on the
-- first day after; mode distribution: labor of jobs out of wages expense (targets reference, 9.1). Corrections of earlier
-- periods follow as journals of their own.
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
documents as (
    select labor_document as document_number, 'L' as letter, period_end as posted_on, journal.*
    from journal cross join parameters where labor_posting <> 'none'
    union all
    select reversal_document, 'R', period_end + 1, line_number, account, cost_job, class, -amount_minor,
        'Reversal of ' || labor_document || ': ' || memo
    from journal cross join parameters where labor_posting = 'accrue'),
lines as (
    select format('{}-{}-{:03d}', batch_text, letter, line_number) as line_id, document_number, line_number, posted_on, account,
        cost_job as customer_job, class, amount_of(amount_minor, minor_digits) as amount, home_currency as currency, memo, letter, line_number as turn
    from documents cross join parameters
    union all
    select *, 'Z', rowid from correction_postings)
select * exclude (letter, turn) from lines order by letter, turn
