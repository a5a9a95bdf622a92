-- One row per invoice or bill that a report of the books answers for, of a batch or more in the books: what both sides have of it,
-- under which number the books have it, and what is still owed there. Rows of nobody's batch that are no difference are outside.
with theirs as (
    select theirs.*, batch_no from book_lines as theirs left join book_pairs on books_no = theirs.line_no
    where is_document(theirs.kind) and (batch_no is not null or (theirs.report_no, theirs.report_row, theirs.kind) in (select (report_no, report_row, kind) from book_differences where report_row is not null))),
sides as (
    select kind, batch, document_number as number, whose_of(kind, account, person, job) as party, currency, day, amount as batch_amount, null::decimal(18, 3) as books_amount,
        null::varchar as books_number, null::decimal(18, 3) as open_balance, false as is_void, 0 as count_books
    from expected_lines where is_document(kind)
    union all
    select theirs.kind, ours.batch, coalesce(ours.document_number, theirs.document_number), whose_of(theirs.kind, theirs.account, coalesce(ours.person, theirs.person), coalesce(ours.job, theirs.job)),
        theirs.currency, coalesce(ours.day, theirs.day), null, theirs.amount, theirs.books_number, theirs.open_balance, theirs.is_void, 1
    from theirs left join expected_lines as ours on ours.line_no = theirs.batch_no)
select kind, max(batch) as batch, coalesce(number, '') as number, string_agg(distinct books_number, ', ' order by books_number) as books_number, party, min(day) as day, currency,
    sum(batch_amount)::decimal(18, 3) as batch_amount, sum(books_amount)::decimal(18, 3) as books_amount, max(open_balance) as open_balance, bool_or(is_void) as is_void,
    sum(count_books)::bigint as count_books
from sides group by kind, coalesce(number, ''), party, currency order by kind, number, party, currency
