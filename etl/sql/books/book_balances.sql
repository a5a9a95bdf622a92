-- One row per kind, whose (account, person, vendor, customer:job) and currency: the batches' figure, the books' figure, what the items explain, and what is left.
-- The two sides are summed from their own lines, the items from the items: nothing but 0 is right.
with ours as (
    select kind, whose_of(kind, account, person, job) as whose, coalesce(currency, '') as currency, sum(amount) as amount, sum(greatest(amount, 0)) as debits, sum(seconds) as seconds from expected_lines group by all),
outside as (
    select line_no from book_lines
    where line_no not in (select books_no from book_pairs)
        and (report_no, report_row, kind) not in (select (report_no, report_row, kind) from book_differences where report_row is not null)),
theirs as (
    select kind, whose_of(kind, account, person, job) as whose, coalesce(currency, '') as currency, sum(amount) as amount, sum(greatest(amount, 0)) as debits, sum(seconds) as seconds
    from book_lines where line_no not in (select line_no from outside) group by all),
effects as (
    select kind, whose_of(kind, batch_account, person, batch_job) as whose, coalesce(batch_currency, '') as currency, -batch_amount as amount, -greatest(batch_amount, 0) as debits, -batch_seconds as seconds
    from book_differences where batch_amount is not null or batch_seconds is not null
    union all
    select kind, whose_of(kind, books_account, books_person, books_job), coalesce(books_currency, ''), books_amount, greatest(books_amount, 0), books_seconds
    from book_differences where books_amount is not null or books_seconds is not null),
explained as (select kind, coalesce(whose, '') as whose, currency, sum(amount) as amount, sum(debits) as debits, sum(seconds) as seconds from effects group by all),
rows as (
    select kind, whose, currency, coalesce(ours.amount, 0)::decimal(18, 3) as batch_amount, coalesce(theirs.amount, 0)::decimal(18, 3) as books_amount,
        coalesce(explained.amount, 0)::decimal(18, 3) as item_amount,
        coalesce(ours.debits, 0)::decimal(18, 3) as batch_debits, coalesce(theirs.debits, 0)::decimal(18, 3) as books_debits,
        coalesce(explained.debits, 0)::decimal(18, 3) as item_debits, coalesce(ours.seconds, 0)::bigint as batch_seconds,
        coalesce(theirs.seconds, 0)::bigint as books_seconds, coalesce(explained.seconds, 0)::bigint as item_seconds
    from ours full join theirs using (kind, whose, currency) full join explained using (kind, whose, currency))
select rows.*, (books_amount - batch_amount - item_amount)::decimal(18, 3) as unreconciled_amount, (books_seconds - batch_seconds - item_seconds)::bigint as unreconciled_seconds
from rows order by kind, whose, currency
