-- One row per journal line, debit positive, as the books take it: labor and charges on it, then the accruals of contractors and
-- of a month's end, then corrections of earlier periods.
with own as (
    select 1 as turn, labor_journal.rowid as place, line_id, document_number, line_number, posted_on, account, cost_job, class, posted_minor,
        posted_digits, posted_currency, memo
    from labor_journal
    union all
    select 2, contractor_journal.rowid, line_id, document_number, line_number, posted_on, account, cost_job, class, posted_minor, posted_digits,
        posted_currency, memo
    from contractor_journal
    union all
    select 3, accrual_journal.rowid, line_id, document_number, line_number, posted_on, account, cost_job, class, posted_minor, posted_digits,
        posted_currency, memo
    from accrual_journal),
lines as (
    select line_id, document_number, line_number, posted_on, account, cost_job as customer_job, class,
        amount_of(posted_minor, posted_digits) as amount, posted_currency as currency, memo, turn, place
    from own
    union all
    select *, 4, rowid from correction_postings)
select * exclude (turn, place) from lines order by turn, place
