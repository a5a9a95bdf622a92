-- One row per journal line, debit positive, as the books take it (labor_journal).
select line_id, document_number, line_number, posted_on, account, cost_job as customer_job, class,
    amount_of(posted_minor, posted_digits) as amount, posted_currency as currency, memo
from labor_journal order by rowid
