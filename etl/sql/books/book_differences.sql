-- One row per line on which batch and books do not agree, with both sides and the cause (codes.csv). What is neither ours nor on
-- an account, a person, a job, a vendor or a time we post is outside and no difference. What is told once of a document stands on
-- its first line.
with paired as (
    select ours.line_no as batch_no, theirs.line_no as books_no from book_pairs join expected_lines as ours on ours.line_no = batch_no
    join book_lines as theirs on theirs.line_no = books_no),
documents as (   -- how much of each document arrived
    select kind, batch, document_key(kind, document_number, person) as number, day, count(*) as count_lines, count(batch_no) as count_paired
    from expected_lines left join paired on batch_no = line_no group by kind, batch, document_key(kind, document_number, person), day),
days as (select kind, batch, day, sum(count_paired) as count_paired from documents group by kind, batch, day),
imports as (   -- what one import brings: a document, or all invoices or bills of a batch; what is entered by hand comes one by one
    select ours.*, case when is_document(kind) and not coalesce(is_by_hand, false) then '' else document_key(kind, document_number, person) end as import
    from expected_lines as ours),
whole as (
    select kind, batch, import, count(batch_no) as count_paired, max(case when batch_no is not null then line_number end) as last_paired
    from imports left join paired on batch_no = line_no group by kind, batch, import),
theirs_of as (select kind, document_key(kind, document_number, person) as number, count(*) as count_lines from book_lines group by kind, document_key(kind, document_number, person)),
changed as (
    select ours.line_no as batch_no, theirs.line_no as books_no,
        case when ours.grain = 'total' and (theirs.seconds = 2 * ours.seconds and ours.seconds <> 0) then 'TE212'
            when is_document(ours.kind) and ours.currency <> theirs.currency then 'TE243'
            when theirs.is_void and ours.amount <> theirs.amount then 'TE242'
            when (ours.kind = 'posting' or is_document(ours.kind)) and ours.amount is distinct from theirs.amount then 'TE214'
            when ours.seconds is distinct from theirs.seconds and ours.seconds is not null then 'TE216'
            when abs((ours.quantity - theirs.quantity) * 1000000)::hugeint * 2 * ten_to(theirs.quantity_digits) > 1000000 then 'TE216'   -- by the digits that it prints
            when ours.amount <> theirs.amount and theirs.amount = ours.other_amount then 'TE224'
            when ours.amount <> theirs.amount then 'TE225'
            when ours.account is distinct from theirs.account then 'TE215'
            when ours.grain <> 'total' and theirs.day not between least(ours.period_start, ours.day) and greatest(ours.period_end, ours.day) then 'TE221'
            when ours.grain <> 'total' and ours.day <> theirs.day then 'TE217'
            when ours.person is distinct from theirs.person or ours.pay_item is distinct from theirs.pay_item then 'TE219'
            when ours.job is distinct from theirs.job or (ours."class" is distinct from theirs."class") then 'TE218'
            when theirs.is_draft and ours.is_first then 'TE245'
            when theirs.books_number <> ours.document_number and ours.is_first then 'TE244' end as code
    from paired join (select *, line_no = min(line_no) over (partition by kind, batch, document_key(kind, document_number, person), currency) as is_first from expected_lines) as ours on ours.line_no = batch_no
    join book_lines as theirs on theirs.line_no = books_no),
missing as (
    select ours.line_no as batch_no, null::bigint as books_no,
        case when ours.kind = 'payroll' and days.count_paired > 0 then 'TE227'
            when whole.count_paired = 0 and (days.count_paired = 0 or ours.is_by_hand) then case when ours.corrects is null then 'TE210' else 'TE222' end
            when whole.count_paired = 0 or ours.line_number > whole.last_paired then 'TE211' else 'TE213' end as code
    from imports as ours
    join whole on whole.kind = ours.kind and whole.batch = ours.batch and whole.import = ours.import
    join days on days.kind = ours.kind and days.batch = ours.batch and days.day = ours.day
    where ours.line_no not in (select batch_no from paired)),
known as (   -- of each line more in the books: whether its key, its document or its figures are ours
    select theirs.line_no as books_no, theirs.kind,
        theirs.line_key is not null and (theirs.kind, theirs.line_key) in (select (kind, line_key) from expected_lines where line_key is not null) as has_our_key,
        (theirs.kind, figures_of(theirs.kind, theirs.document_number, theirs.account, theirs.amount, theirs.person, theirs.job, theirs.day, theirs.seconds))
            in (select (kind, figures_of(kind, document_number, account, amount, person, job, day, seconds)) from expected_lines) as has_our_line,
        theirs.kind = 'posting' and coalesce(theirs_of.count_lines >= 2 * whole_of.count_lines, false) as is_twice,
        whole_of.number is not null and (theirs.kind = 'posting' or is_document(theirs.kind)) as has_our_document, theirs.is_void,
        (theirs.kind, document_key(theirs.kind, theirs.document_number, theirs.person)) in (select (kind, document_key(kind, document_number, person)) from batch_facts where document_number is not null)
            or (theirs.kind, coalesce(theirs.line_key, '')) in (select (kind, line_key) from batch_facts where line_key is not null) as is_of_another_day,
        case theirs.kind when 'posting' then theirs.account in (select account from batch_facts where account is not null)
            when 'invoice' then coalesce(theirs.job in (select case when reports.party = 'customer' then split_part(job, ':', 1) else job end from batch_facts where kind = 'invoice' and job is not null), false)
            when 'bill' then theirs.person in (select person from batch_facts where kind = 'bill') else true end as is_watched
    from book_lines as theirs join book_reports as reports on reports.report_no = theirs.report_no
    left join (select kind, number, sum(count_lines) as count_lines from documents group by kind, number) as whole_of
        on whole_of.kind = theirs.kind and theirs.document_number is not null and whole_of.number = document_key(theirs.kind, theirs.document_number, theirs.person)
    left join theirs_of on theirs_of.kind = theirs.kind and theirs_of.number = document_key(theirs.kind, theirs.document_number, theirs.person)
    where theirs.line_no not in (select books_no from paired)),
more as (
    select null::bigint as batch_no, books_no,
        case when has_our_key or has_our_line or (has_our_document and is_twice) then 'TE212'
            when kind = 'payroll' then 'TE226'
            when not has_our_document and is_of_another_day then 'TE221' else 'TE220' end as code
    from known where not coalesce(is_void, false) and (has_our_key or has_our_document or is_of_another_day or is_watched)),
found as (select * from changed where code is not null union all select * from missing union all select * from more)
select code, coalesce(ours.kind, theirs.kind) as kind, coalesce(ours.batch, (select max(batch) from batch_facts as facts where facts.document_number = theirs.document_number)) as batch,
    coalesce(ours.period_end, (select min(period_end) from batch_periods where period_end >= theirs.day), (select max(period_end) from batch_periods)) as period_end,
    ours.line_id, coalesce(ours.document_number, theirs.document_number) as document_number, coalesce(ours.line_key, theirs.line_key) as line_key,
    ours.day as batch_day, theirs.day as books_day, coalesce(ours.person, theirs.person) as person, theirs.person as books_person,
    ours.account as batch_account, theirs.account as books_account, ours.job as batch_job, theirs.job as books_job,
    coalesce(ours.pay_item, theirs.pay_item) as pay_item,
    ours.amount as batch_amount, theirs.amount as books_amount,
    case when ours.currency <> theirs.currency then null when coalesce(ours.amount, theirs.amount) is not null and not (ours.line_no is not null and ours.amount is null) then coalesce(theirs.amount, 0) - coalesce(ours.amount, 0) end::decimal(18, 3) as amount,
    coalesce(theirs.currency, ours.currency) as currency, ours.currency as batch_currency, theirs.currency as books_currency, ours.quantity as batch_quantity, theirs.quantity as books_quantity,
    case when theirs.books_number <> ours.document_number then theirs.books_number end as books_number, ours.seconds as batch_seconds, theirs.seconds as books_seconds,
    case when coalesce(ours.seconds, theirs.seconds) is not null then coalesce(theirs.seconds, 0) - coalesce(ours.seconds, 0) end::bigint as seconds,
    theirs.report_no, theirs.report_row
from found
left join expected_lines as ours on ours.line_no = batch_no
left join book_lines as theirs on theirs.line_no = books_no
order by kind, batch, ours.line_no, theirs.line_no
