-- One row per line of a vendor's bill. The bill has our number where the company bills itself, the vendor's where its one
-- invoice agrees, and none while it is waited for; due by the contract's terms, else the vendor's.
with lines as (select * from vendor_lines_shared), units as (select * from vendor_units_rounded), parameters as (select * from run_parameters),
bills as (
    select contract_no, row_number() over (order by contract_no) as bill_turn from (select distinct contract_no from units) as contracts),
dated as (
    select lines.*, units.* exclude (unit_no, seconds, amount_minor), parameters.batch_text,
        case contractor_bills when 'self_bill' then vendor_document || bill_turn
            when 'match' then case when compared.standing = 'agreed' and compared.invoices = 1 then compared.invoice_numbers end end as document_number,
        case contractor_bills when 'match' then coalesce(compared.invoiced_on, bill_period_end) else bill_period_end end as billed_on
    from lines join units using (unit_no) join bills using (contract_no) left join vendor_bills_compared as compared using (contract_id)
    cross join parameters)
select format('{}-V-{:03d}', batch_text, vendor_line_no) as line_id, document_number, dated.vendor_id, vendors.vendor_name, dated.contract_id,
    customer_job, service_item, class, (rate_millionths::decimal(18, 0) * 0.000001::decimal(7, 6))::decimal(18, 6) as rate, seconds,
    amount_of(amount_minor, dated.minor_digits) as amount, dated.currency, over_no = 1 as is_over_cap,
    coalesce(vendors.expense_account, accounts.account) as account, billed_on,
    case coalesce(contracts.terms, vendors.terms) when 'net' then billed_on + coalesce(contracts.terms_days, vendors.terms_days)::int
        when 'end_of_month' then last_day(billed_on) + coalesce(contracts.terms_days, vendors.terms_days)::int else billed_on end as due_on,
    case coalesce(contracts.terms, vendors.terms) when 'net' then 'Net ' || coalesce(contracts.terms_days, vendors.terms_days)
        when 'end_of_month' then 'EOM ' || coalesce(contracts.terms_days, vendors.terms_days) end as terms
from dated join map_vendors as vendors on vendors.vendor_id = dated.vendor_id join map_contracts as contracts on contracts.contract_id = dated.contract_id
left join map_accounts as accounts on accounts.purpose = 'subcontractors'
order by vendor_line_no
