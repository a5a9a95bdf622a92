-- One row per line that the books have now: of the reports that answer, in our names where the books' are known, with our keys.
with read as (
    select rows.* replace (nfc_normalize(account) as account, nfc_normalize(job) as job, nfc_normalize("class") as "class", nfc_normalize(person) as person), first_day, last_day,
        coalesce(nullif(regexp_extract(coalesce(document, ''), '\b[A-Z]{2}[0-9]{4,5}[A-Z][A-Z0-9]*\b'), ''),
            nullif(regexp_extract(coalesce(memo, ''), '\b[A-Z]{2}[0-9]{4,5}[A-Z][A-Z0-9]*\b'), ''), trim(document)) as number,
        coalesce(line, case kind when 'posting' then nullif(regexp_extract(coalesce(memo, ''), '\bline:([^\s,]+)', 1), '')
            when 'time' then nullif(regexp_extract(coalesce(memo, ''), '\[([^\[\]]+)\]\s*$', 1), '') end) as own_key
    from book_rows as rows join book_reports using (report_no, kind, grain)),
named as (
    select read.* exclude (account, person, job, pay_item, amount, document, memo, line),
        nfc_normalize(coalesce(accounts.account, read.account)) as account, nfc_normalize(coalesce(people.employee_name, read.person)) as person,
        case when lower(coalesce(accounts.customer_job, read.job)) not in ('', 'no job assigned', 'not specified', 'no customer')
            then nfc_normalize(coalesce(accounts.customer_job, read.job)) end as job,
        coalesce(items.pay_item, read.pay_item) as pay_item,
        case when sign = 'natural' and accounts.is_credit then -read.amount else read.amount end as amount
    from read
    left join account_names as accounts on accounts.words = read.account_words and nfc_normalize(accounts.written) = read.account
    left join person_names as people on nfc_normalize(people.written) = read.person
    left join pay_item_names as items on items.written = read.pay_item),
answering as (
    select named.* from named join book_days as days
        on days.kind = named.kind and days.report_no = named.report_no
        and days.day = case when named.grain = 'line' then named.day else named.last_day end),
whole as (   -- of a report of totals: time by person and job, pay by person and pay item
    select answering.* replace (case when kind = 'time' then job end as job, case when kind = 'payroll' then pay_item end as pay_item)
    from answering where grain = 'total'),
totaled as (
    select kind, grain, report_no, min(report_row) as report_row, max(last_day) as day, null::varchar as number,
        person || '|' || coalesce(job, pay_item, '') as own_key, person, null::varchar as account, job, null::varchar as "class", pay_item,
        sum(amount)::decimal(18, 3) as amount, max(currency) as currency, sum(seconds)::bigint as seconds
    from whole group by kind, grain, report_no, person, job, pay_item),
lines as (
    select kind, grain, report_no, report_row, day, number, own_key, person, account, job, nullif("class", '') as "class", pay_item, amount, currency, seconds
    from answering where grain = 'line'
    union all select * from totaled)
select row_number() over (order by report_no, report_row) as line_no, kind, grain, report_no, report_row, day, number as document_number, own_key as line_key,
    person, account, job, "class", pay_item, amount, currency, seconds
from lines order by line_no
