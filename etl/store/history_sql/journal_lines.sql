-- One row per journal line: debit and credit apart, as on the printed journal; the amount is signed, debit positive.
-- Within a batch the lines of a document sum to zero.
with postings as (select * from stored.postings)
select company, period_end, batch, audit_number, line_id, document_number, line_number, posted_on, account, customer_job,
    class, case when amount > 0 then amount end as debit, case when amount < 0 then -amount end as credit, amount, currency,
    memo
from postings
