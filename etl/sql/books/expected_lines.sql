-- One row per line of the exported batches that a report answers for, told as that report tells it: what it has no column for is
-- null, a list of documents gets documents, and a report of totals gets totals.
with answered as (
    select facts.* exclude (person, account, job, "class", pay_item, line_key, document_number, quantity), days.report_no, grain, last_day,
        case when has_person then person end as person, case when has_account then account end as account,
        case when has_job and party = 'customer' then split_part(job, ':', 1) when has_job then job end as job, case when has_class then "class" end as "class",
        case when has_pay_item then pay_item end as pay_item, case when has_line then line_key end as line_key,
        case when has_document then document_number end as document_number, case when has_quantity then quantity end as quantity
    from batch_facts as facts
    join book_days as days on days.kind = facts.kind and days.day = facts.day
    join book_reports as reports on reports.report_no = days.report_no),
whole as (
    select answered.* replace (case when kind = 'time' then job end as job, case when kind = 'payroll' then pay_item end as pay_item)
    from answered where grain = 'total'),
totaled as (
    select kind, grain, report_no, max(batch) as batch, max(period_start) as period_start, max(period_end) as period_end, null::varchar as line_id,
        min(line_number) as line_number, null::varchar as document_number, max(last_day) as day, person || '|' || coalesce(job, pay_item, '') as line_key,
        person, null::varchar as account, job, null::varchar as "class", pay_item,
        case when count(amount) = count(*) then sum(amount)::decimal(18, 3) end as amount,
        case when count(other_amount) = count(*) then sum(other_amount)::decimal(18, 3) end as other_amount,
        max(currency) as currency, sum(seconds)::bigint as seconds, null::varchar as corrects,
        null::decimal(18, 6) as quantity, false as is_by_hand
    from whole group by kind, grain, report_no, person, job, pay_item),
documented as (
    select kind, grain, report_no, batch, min(period_start) as period_start, max(period_end) as period_end, null::varchar as line_id, min(line_number) as line_number,
        document_number, max(day) as day, document_key(kind, document_number, max(person)) as line_key, max(person) as person, null::varchar as account,
        case kind when 'invoice' then max(job) end as job, null::varchar as "class", null::varchar as pay_item, sum(amount)::decimal(18, 3) as amount, null::decimal(18, 3) as other_amount,
        currency, null::bigint as seconds, case when count(corrects) = count(*) then max(corrects) end as corrects, null::decimal(18, 6) as quantity, bool_or(is_by_hand) as is_by_hand
    from answered where grain = 'document' group by kind, grain, report_no, batch, document_number, currency, document_key(kind, document_number, person)),
lines as (
    select kind, grain, report_no, batch, period_start, period_end, line_id, line_number, document_number, day, line_key, person, account, job, "class",
        pay_item, amount, other_amount, currency, seconds, corrects, quantity, is_by_hand
    from answered where grain = 'line'
    union all select * from documented
    union all select * from totaled)
select row_number() over (order by kind, batch, line_number, line_id, line_key) as line_no, lines.* from lines order by line_no
