-- One row per payment of the year with its payee, box and whether it counts: payments by card or third-party network are the
-- processor's to report. The box follows the account, else the vendor;
-- a vendor with none has none. Vendors with one tax id are one payee.
with payees as (
    select vendors.*, case when tin_last_four is null then vendor_id
            else first_value(vendor_id) over (partition by tin_type, tin_last_four, coalesce(legal_name, vendor_name) order by vendor_id) end as payee
    from map_vendors as vendors)
select payee, payments.vendor_id, vendor_name, payment_date, case when payees.form_1099 = 'none' then 'none' else coalesce(boxes.box, payees.form_1099, 'ask') end as box, payments.account, method, reference,
    payments.amount::decimal(18, 3) as amount, currency, coalesce(withheld, 0)::decimal(18, 3) as withheld,
    coalesce(state_withheld, 0)::decimal(18, 3) as state_withheld,
    case when method in ('card', 'third_party_network') then 'excluded' else 'counts' end as counting,
    count(*) over (partition by payments.vendor_id, payment_date, payments.amount, currency, method, reference) > 1 as is_perhaps_twice
from payments join payees on payees.vendor_id = payments.vendor_id left join boxes on boxes.account = payments.account
where year(payment_date) = (select tax_year from review_parameters)
order by payee, box, payment_date, payments.map_row
