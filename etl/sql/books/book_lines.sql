-- One row per line that the books have now: of the reports that answer, in our names where the books' are known, with our keys.
-- An invoice or a bill has our number where it is its own, or stands in the memo, or leads from our line's key; as printed: `books_number`.
with read as (
    select rows.* replace (nfc_normalize(account) as account, nfc_normalize(job) as job, nfc_normalize("class") as "class", nfc_normalize(person) as person), first_day, last_day,
        nullif(regexp_extract(coalesce(document, ''), '\b[A-Z]{2}[0-9]{4,5}[A-Z][A-Z0-9]*\b'), '') as number_said,
        nullif(regexp_extract(coalesce(memo, ''), '\b[A-Z]{2}[0-9]{4,5}[A-Z][A-Z0-9]*\b'), '') as memo_said,
        case when is_document(kind) then trim(document) end as books_number,
        coalesce(line, case kind when 'posting' then nullif(regexp_extract(coalesce(memo, ''), '\bline:([^\s,]+)', 1), '')
            when 'time' then nullif(regexp_extract(coalesce(memo, ''), '\[([^\[\]]+)\]\s*$', 1), '')
            when 'payroll' then null else nullif(regexp_extract(coalesce(memo, ''), '\[([0-9]{4,}-[A-Z]-[0-9]{3,})\]', 1), '') end) as own_key
    from book_rows as rows join book_reports using (report_no, kind, grain)),
ours as (select distinct kind, document_number as known from batch_facts where is_document(kind) and document_number is not null),
keys as (select kind as known_kind, line_key as known, document_number as known_number from batch_facts where is_document(kind) and line_key is not null),
numbered as (
    select read.*, case when is_document(kind) then coalesce(case when (kind, books_number) in (select (kind, known) from ours) then books_number end,
            case when (kind, number_said) in (select (kind, known) from ours) then number_said end,
            case when (kind, memo_said) in (select (kind, known) from ours) then memo_said end, known_number, books_number)
        else coalesce(number_said, memo_said, trim(document)) end as number
    from read left join keys on known_kind = kind and keys.known = read.own_key),
named as (
    select numbered.* exclude (account, person, job, pay_item, amount, document, memo, line, number_said, memo_said),
        nfc_normalize(coalesce(accounts.account, numbered.account)) as account, nfc_normalize(coalesce(people.employee_name, numbered.person)) as person,
        case when lower(coalesce(accounts.customer_job, numbered.job)) not in ('', 'no job assigned', 'not specified', 'no customer')
            then nfc_normalize(coalesce(accounts.customer_job, numbered.job)) end as job,
        coalesce(items.pay_item, numbered.pay_item) as pay_item,
        case when sign = 'natural' and accounts.is_credit then -numbered.amount else numbered.amount end as amount
    from numbered
    left join account_names as accounts on accounts.words = numbered.account_words and nfc_normalize(accounts.written) = numbered.account
    left join person_names as people on nfc_normalize(people.written) = numbered.person and kind <> 'bill'
    left join pay_item_names as items on items.written = numbered.pay_item and kind = 'payroll'),
answering as (
    select named.* from named join book_days as days
        on days.kind = named.kind and days.report_no = named.report_no
        and days.day = case when named.grain = 'total' then named.last_day else named.day end),
whole as (   -- of a report of totals: time by person and job, pay by person and pay item
    select answering.* replace (case when kind = 'time' then job end as job, case when kind = 'payroll' then pay_item end as pay_item)
    from answering where grain = 'total'),
totaled as (
    select kind, grain, report_no, min(report_row) as report_row, max(last_day) as day, null::varchar as number,
        person || '|' || coalesce(job, pay_item, '') as own_key, person, null::varchar as account, job, null::varchar as "class", pay_item,
        sum(amount)::decimal(18, 3) as amount, max(currency) as currency, sum(seconds)::bigint as seconds, null::decimal(18, 6) as quantity, null::int as quantity_digits,
        null::decimal(18, 3) as open_balance, false as is_void, false as is_draft, null::varchar as books_number
    from whole group by kind, grain, report_no, person, job, pay_item),
lines as (
    select kind, grain, report_no, report_row, day, number, case grain when 'document' then document_key(kind, number, person) else own_key end as own_key,
        person, account, job, nullif("class", '') as "class", pay_item, amount, currency, seconds, quantity, quantity_digits, open_balance, is_void, is_draft, books_number
    from answering where grain <> 'total'
    union all select * from totaled)
select row_number() over (order by report_no, report_row) as line_no, kind, grain, report_no, report_row, day, number as document_number, own_key as line_key,
    person, account, job, "class", pay_item, amount, currency, seconds, quantity, quantity_digits, open_balance, is_void, is_draft, books_number
from lines order by line_no
