-- One row per contract with time or an invoice of this billing period: the time priced, and the vendor's own invoices beside
-- it. An invoice agrees when its amount is the same, and its hours are ours in full or in two decimals.
with invoices as (
    select contract_id, any_value(vendor_id) as vendor_id, string_agg(invoice_number, ', ' order by invoice_number) as invoice_numbers,
        count(*) as invoices, max(invoice_date) as invoiced_on, sum(hours)::decimal(18, 6) as invoiced_hours, sum(amount)::decimal(18, 3) as invoiced_amount
    from map_vendor_invoices as told cross join run_parameters where told.period_end = bill_period_end group by contract_id),
owed as (
    select contract_id, sum(seconds)::bigint as seconds, sum(amount_minor)::hugeint as amount_minor from vendor_units_rounded group by contract_id),
beyond as (
    select contract_id, sum(seconds - within_seconds)::bigint as over_seconds from contract_time where is_due and seconds > within_seconds group by contract_id),
both_sides as (
    select coalesce(owed.contract_id, invoices.contract_id, beyond.contract_id) as contract_id, coalesce(owed.seconds, 0) as seconds,
        coalesce(owed.amount_minor, 0) as amount_minor, coalesce(over_seconds, 0) as over_cap_seconds, invoices.* exclude (contract_id, vendor_id)
    from owed full join invoices using (contract_id) full join beyond on beyond.contract_id = coalesce(owed.contract_id, invoices.contract_id)),
exact as (
    select both_sides.* exclude (amount_minor), contracts.vendor_id, contracts.currency, amount_of(amount_minor, minor_digits) as amount,
        (divide_half_up(seconds::hugeint * 1000000, 3600)::decimal(24, 0) * 0.000001::decimal(7, 6))::decimal(18, 6) as hours,
        (divide_half_up(seconds::hugeint * 100, 3600)::decimal(24, 0) * 0.01::decimal(3, 2))::decimal(18, 6) as hours_in_two_decimals
    from both_sides join map_contracts as contracts using (contract_id) join currencies using (currency))
select vendor_id, contract_id, seconds, hours, amount, over_cap_seconds, invoice_numbers, invoices, invoiced_on, invoiced_hours, invoiced_amount,
    (invoiced_hours - hours)::decimal(18, 6) as hours_difference, (invoiced_amount - amount)::decimal(18, 3) as amount_difference, currency,
    case when invoices is null then 'no invoice' when seconds = 0 then 'no time'
        when invoiced_amount = amount and invoiced_hours in (hours, hours_in_two_decimals) then 'agreed' else 'differs' end as standing
from exact order by vendor_id, contract_id
