-- One row per correcting line, and per overpaid line that waits for a person (state referred) or that a person has settled. Each
-- names the batch and the line it corrects. Ids: W pay owed, O overpaid, C journal, D billing.
with places as (select employee_id, work_location, effective_from, effective_to from map_employees where work_location is not null),
pay as (
    select 1 as stream_no, turn as line_no, format('{}-{}-{:03d}', batch_text_now, case when state = 'exported' then 'W' else 'O' end, line_number) as line_id,
        'pay' as stream, state, lines.batch, corrects, cause_word(cause_rank) as cause, null as document_number, null::date as posted_on,
        lines.employee_id, employee_name, pay_item, workweek_start, null as account, null as customer_job, null as class, null as service_item,
        null::decimal(18, 6) as bill_rate, null::decimal(18, 6) as quantity_hours, null::int as quantity_digits, seconds, amount, coalesce(lines.currency, home_currency) as currency,
        case when state <> 'exported' then coalesce(own.rule, others.rule) end as recovery_rule,
        case when state <> 'exported' then case when own.rule is null then others.citation else own.citation end end as citation
    from correction_pay as lines cross join correction_parameters
    left join (select employee_id, workweek_start, max(work_location) as place from correction_pay join places using (employee_id)
        where workweek_start between effective_from and effective_to group by employee_id, workweek_start) as placed using (employee_id, workweek_start)
    left join overpayment_rules as own on own.place = placed.place and lines.workweek_start between own.effective_from and own.effective_to
    left join overpayment_rules as others on others.place = '*' and lines.workweek_start between others.effective_from and others.effective_to),
cost as (
    select 2, line_number, format('{}-C-{:03d}', batch_text_now, line_number), 'cost', 'exported', batch, corrects, cause_word(cause_rank),
        case when document_no is not null then format('{}{:02d}', correction_document, document_no) end, posted_on, null, null, null, null::date,
        account, customer_job, class, null, null::decimal(18, 6), null::decimal(18, 6), null::int, seconds, amount, home_currency, null, null
    from correction_labor cross join correction_parameters),
bill as (
    select 3, line_number, format('{}-D-{:03d}', batch_text_now, line_number), 'bill', 'exported', batch, corrects, cause_word(cause_rank), null, null::date,
        null, null, null, null::date, null, customer_job, null, service_item, bill_rate, quantity_hours, quantity_digits, seconds, amount, currency, null, null
    from correction_bill cross join correction_parameters),
lines as (select * from pay union all select * from cost union all select * from bill)
select line_id, stream, state, lines.batch::int as batch, period_end, corrects, cause, document_number, posted_on, employee_id, employee_name, pay_item,
    workweek_start, account, customer_job, class, service_item, bill_rate, quantity_hours, quantity_digits, seconds::bigint as seconds,
    amount::decimal(18, 3) as amount, currency, recovery_rule, citation
from lines join earlier_batches using (batch) order by stream_no, line_no
