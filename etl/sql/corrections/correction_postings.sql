-- One row per journal line of the corrections, debit positive; where labor is accrued the same reversed on the day after, as
-- the original was, so that each account comes to the last state with and without the reversals.
with lines as (select * from correction_labor cross join correction_parameters where document_no is not null),
documents as (
    select format('{}-C-{:03d}', batch_text_now, line_number) as line_id, format('{}{:02d}', correction_document, document_no) as document_number,
        document_line, posted_on, account, customer_job, class, amount, memo, document_no, 1 as turn
    from lines where amount <> 0
    union all
    select format('{}-CR-{:03d}', batch_text_now, line_number), format('{}{:02d}R', correction_document, document_no), document_line, posted_on + 1,
        account, customer_job, class, -amount, 'Reversal of ' || format('{}{:02d}', correction_document, document_no) || ': ' || memo, document_no, 2
    from lines where amount <> 0 and labor_posting = 'accrue')
select line_id, document_number, document_line as line_number, posted_on, account, customer_job, class, amount::decimal(18, 3) as amount,
    home_currency as currency, memo
from documents cross join correction_parameters order by document_no, turn, document_line
