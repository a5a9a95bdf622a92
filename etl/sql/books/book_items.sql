-- One row per reconciling item. `item_key` names the line it is about and stays from report to report; `item` names it with its
-- figures, so that a decision about it holds for these figures only.
with all_of_them as (
    select code, kind, batch, period_end, line_id, document_number, line_key, batch_day, books_day, person, books_person, batch_account, books_account, batch_job,
        books_job, pay_item, batch_amount, books_amount, amount, currency, batch_currency, books_currency, batch_quantity, books_quantity, books_number, batch_seconds, books_seconds, seconds, report_no, report_row
    from book_differences
    union all by name
    select code, 'tracker' as kind, batch, period_end, person, stream as pay_item, corrects as line_id, amount, currency, seconds, count_entries as books_seconds from tracker_differences),
keyed as (
    select all_of_them.*, concat_ws('|', kind, coalesce(period_end::varchar, ''), coalesce(line_id, ''), coalesce(document_number, ''), coalesce(line_key, ''), coalesce(person, ''),
            coalesce(pay_item, ''), case when kind = 'tracker' then coalesce(currency, '') when is_document(kind) and batch_day is not null then '' when line_id is null and kind <> 'tracker' then concat_ws('|', coalesce(books_account, batch_account, ''), coalesce(books_day::varchar, ''), coalesce(books_amount, 0), coalesce(books_seconds, 0)) else '' end) as base_key
    from all_of_them),
numbered as (select keyed.*, row_number() over (partition by base_key order by report_row) as copy from keyed),
named as (select numbered.* exclude (base_key, copy), base_key || case when copy > 1 then '|' || copy else '' end as item_key from numbered)
select left(sha256(concat_ws('|', code, item_key, coalesce(amount, 0), coalesce(seconds, 0), coalesce(books_account, ''), coalesce(books_day::varchar, ''), coalesce(books_job, ''), case code when 'TE243' then books_amount || books_currency end, case when batch_quantity <> books_quantity then books_quantity end)), 10) as item, item_key, named.* exclude (item_key)
from named order by kind, period_end, batch, code, item_key
