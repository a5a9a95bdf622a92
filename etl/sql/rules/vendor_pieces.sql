-- One row per contractor's entry × day × side of the cap that is owed to a vendor for this billing period. Time over a cap
-- is owed only where the company lets it go on.
with sides as (
    select contract_time.*, 0 as over_no, within_seconds as side_seconds from contract_time where is_due and within_seconds > 0
    union all
    select contract_time.*, 1, seconds - within_seconds from contract_time cross join run_parameters
    where is_due and seconds > within_seconds and over_cap = 'flag')
select sides.entry_no, day_no, over_no, contract_no, contract_id, vendor_id, rate_millionths, currency, minor_digits, cost_left,
    customer_job, service_item, class, side_seconds as seconds
from sides join entries_told as entries using (entry_no)
