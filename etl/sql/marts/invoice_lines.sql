-- One row per line of a draft invoice: each billable line of time under its own id, then what is no time. One invoice a
-- customer:job and currency, numbered in that order. `by_hand`: why the books' import cannot carry the whole invoice.
with parameters as (select * exclude (minor_digits) from run_parameters where makes_invoices),
lines as (
    select 0 as turn, bill_line_no as place_no, bill_line_no, format('{}-B-{:03d}', batch_text, bill_line_no) as line_id, 'time' as line_kind,
        null as adjusts, customer_job, service_item, currency, minor_digits, bill_rate, bill_seconds as seconds, quantity_units, quantity_digits,
        amount_minor, null as reason
    from invoice_time cross join parameters
    union all
    select turn, charge_no, bill_line_no, format('{}-J-{:03d}', batch_text, charge_no), line_kind,
        case when bill_line_no is not null then format('{}-B-{:03d}', batch_text, bill_line_no) end, customer_job, service_item, currency, minor_digits,
        null, 0, null, null, amount_minor, reason
    from invoice_charges cross join parameters),
totals as (
    select customer_job, currency, any_value(minor_digits) as digits, sum(amount_minor) as total_minor, bool_or(amount_minor < 0) as has_negative
    from lines group by customer_job, currency),
invoices as (
    select totals.customer_job, totals.currency, invoice_series || lpad(row_number() over (order by totals.customer_job, totals.currency)::varchar,
            greatest(2, len((count(*) over ())::varchar))::int, '0') as invoice_number,
        bill_period_end as billed_on, coalesce(own.terms, theirs.terms, invoice_terms) as term,
        coalesce(own.terms_days, theirs.terms_days, invoice_terms_days)::int as days,
        case when own.address_1 is null then theirs.address_1 else own.address_1 end as address_1,
        case when own.address_1 is null then theirs.address_2 else own.address_2 end as address_2,
        case when own.address_1 is null then theirs.address_3 else own.address_3 end as address_3,
        case when own.address_1 is null then theirs.address_4 else own.address_4 end as address_4,
        case when imports_off then 'sales tax' when tax_required and not imports_tax then 'tax' when total_minor < 0 then 'credit'
            when has_negative and not imports_negative then 'negative line' when totals.currency <> home_currency and not imports_foreign then 'currency'
            when digits > imports_digits then 'decimals' end as by_hand
    from totals cross join parameters left join map_customers as own on own.customer = totals.customer_job
    left join map_customers as theirs on theirs.customer = split_part(totals.customer_job, ':', 1) and theirs.customer <> totals.customer_job)
select line_id, invoice_number, row_number() over (partition by invoice_number order by turn, place_no)::int as line_number, line_kind, adjusts,
    lines.customer_job, lines.service_item, class, bill_rate, seconds,
    ((quantity_units * ten_to(6 - quantity_digits))::decimal(18, 0) * 0.000001::decimal(7, 6))::decimal(18, 6) as quantity_hours, quantity_digits,
    amount_of(amount_minor, minor_digits) as amount, lines.currency, reason, billed_on,
    (case term when 'net' then billed_on when 'end_of_month' then last_day(billed_on) end) + days as due_on,
    case when term = 'end_of_month' then 'EOM ' || days when days = 0 then 'Due on receipt' else 'Net ' || days end as terms,
    coalesce(accounts.account, others.account) as account, taxes.place, taxes.tax_code, address_1, address_2, address_3, address_4, by_hand
from lines join invoices using (customer_job, currency) left join invoice_classes using (bill_line_no)
left join map_invoice_accounts as accounts on accounts.service_item = lines.service_item
left join map_invoice_accounts as others on others.service_item = '*'
left join tax_codes_on_day as taxes on taxes.customer_job = lines.customer_job and taxes.service_item = lines.service_item
order by invoice_number, line_number
