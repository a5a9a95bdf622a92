-- One row per row of a report of the books with figures: what it says, parsed, and what of it could not be (`fault`). A row that
-- is only a label tells the rows below it whose they are; a date and a number stand on the first line of a transaction, or on all.
-- Of invoices and bills only rows of their types are read; what is void owes nothing.
with cells as (
    select cells.*, kind, grain, group_feeds, label_feeds, decimal_sign, sign, account_words, has_date, home_currency, types,
        coalesce(amount, debit, credit, duration, hours) is not null as has_figure,
        regexp_matches(lower(case when is_document(kind) then coalesce(cells.label, cells.date, '') else coalesce(cells.label, cells.account, cells.person, cells.date, '') end), '^\s*(grand )?total(\s|$)')
            and (not is_document(kind) or coalesce(amount, debit, credit) is not null) as is_total
    from book_cells as cells join book_reports using (report_no)),
marked as (
    select cells.*, group_feeds <> '' and label is not null and not has_figure and date is null and not is_total as is_group,
        last_value(case when group_feeds <> '' and label is not null and not has_figure and date is null and not is_total then trim(label) end ignore nulls)
            over (partition by report_no order by report_row rows unbounded preceding) as group_label,
        last_value(date ignore nulls) over (partition by report_no order by report_row rows unbounded preceding) as date_above,
        last_value(case when date is not null then coalesce(day, date '0001-01-01') end ignore nulls) over (partition by report_no order by report_row rows unbounded preceding) as day_above,
        last_value(case when date is not null then coalesce(document, '') end ignore nulls)
            over (partition by report_no order by report_row rows unbounded preceding) as document_above,
        coalesce(type, case when grain = 'line' and group_feeds = '' then last_value(type ignore nulls) over (partition by report_no order by report_row rows unbounded preceding) end) as type_read
    from cells),
told as (
    select report_no, report_row, kind, grain, sign, account_words, decimal_sign, home_currency, has_figure, is_total, types, trim(type_read) as type, trim(state) as state, quantity, open_balance, tax,
        case when date is null and grain = 'line' and kind in ('posting', 'invoice', 'bill') and group_feeds = '' then nullif(day_above, date '0001-01-01') else day end as day,
        case when date is null and grain = 'line' and kind in ('posting', 'invoice', 'bill') and group_feeds = '' then date_above else date end as day_text,
        case when date is null and grain = 'line' and kind in ('posting', 'invoice', 'bill') and group_feeds = '' then nullif(document_above, '') else document end as document,
        trim(coalesce(account, case when group_feeds = 'account' then group_label when label_feeds = 'account' then label end)) as account,
        trim(coalesce(person, case when group_feeds = 'person' then group_label when label_feeds = 'person' then label end)) as person,
        trim(coalesce(job, case when group_feeds = 'job' then group_label when label_feeds = 'job' then label end)) as job,
        trim("class") as "class", trim(case kind when 'invoice' then item else pay_item end) as pay_item, memo, line, trim(currency) as currency, amount, debit, credit, duration, hours, has_date
    from marked),
read as (
    select told.*,
        printed_number(amount, decimal_sign) as amount_read, printed_number(debit, decimal_sign) as debit_read,
        printed_number(credit, decimal_sign) as credit_read, printed_number(hours, decimal_sign) as hours_read,
        printed_seconds(duration) as duration_read, printed_number(quantity, decimal_sign) as quantity_read, printed_number(open_balance, decimal_sign) as balance_read,
        printed_number(tax, decimal_sign) as tax_read, coalesce(lower(state) in ('void', 'voided', 'deleted'), false) as is_out,
        coalesce(lower(state) in ('draft', 'submitted', 'awaiting approval'), false) as is_draft
    from told
    where has_figure and not is_total and case when is_document(kind) then types = '' or coalesce(list_contains(string_split(lower(types), '|'), lower(type)), day_text is not null)
        when kind = 'posting' then account is not null and day_text is not null
        when kind = 'time' then person is not null and (not has_date or day_text is not null) else person is not null and pay_item is not null end),
figured as (
    select read.*, case when is_out then 0 else coalesce(amount_read, (coalesce(debit_read, 0) - coalesce(credit_read, 0)) * case sign when 'credit_debit' then -1 else 1 end) - coalesce(tax_read, 0) end as number,
        case when duration is not null then duration_read else (hours_read * 3600)::bigint end as read_seconds
    from read)
select report_no, report_row, kind, grain, sign, account_words, day, document, account, person, job, "class", pay_item, memo, line,
    case when coalesce(amount, debit, credit) is not null then coalesce(nullif(currency, ''), home_currency) end as currency,
    case when coalesce(amount, debit, credit) is not null then number::decimal(18, 3) end as amount, read_seconds as seconds, quantity_read::decimal(18, 6) as quantity, len(split_part(trim(quantity), decimal_sign, 2))::int as quantity_digits, balance_read::decimal(18, 3) as open_balance,
    is_out or (is_document(kind) and number = 0 and regexp_matches(lower(coalesce(memo, '')), '^\s*void(ed)?\b')) as is_void, is_draft,
    case when types <> '' and type is null then 'the type, which is missing,'
        when is_document(kind) and day_text is null then 'the date, which is missing,'
        when is_document(kind) and coalesce(case kind when 'invoice' then job else person end, '') = '' then 'the customer or vendor, who is missing,'
        when day_text is not null and day is null then 'the date ' || day_text
        when amount is not null and amount_read is null then 'the amount ' || amount
        when debit is not null and debit_read is null then 'the debit ' || debit
        when credit is not null and credit_read is null then 'the credit ' || credit
        when number <> number::decimal(18, 3) then 'the amount ' || coalesce(amount, debit, credit) || ' with more than three decimals'
        when tax is not null and tax_read is null then 'the tax ' || tax
        when quantity is not null and quantity_read is null then 'the quantity ' || quantity
        when open_balance is not null and balance_read is null then 'the open balance ' || open_balance
        when duration is not null and duration_read is null then 'the duration ' || duration
        when hours is not null and hours_read is null then 'the hours ' || hours end as fault
from figured order by report_no, report_row
