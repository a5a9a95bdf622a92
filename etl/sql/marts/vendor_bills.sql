-- One row per contract with time or an invoice of this billing period: the time priced, the invoice beside it, the difference.
select vendor_id, contract_id, seconds, amount, over_cap_seconds, invoice_numbers, invoiced_hours, invoiced_amount, hours_difference,
    amount_difference, currency, standing
from vendor_bills_compared order by vendor_id, contract_id
