-- One row per batch exported since a day, with how many entries its periods pay or bill. Asked of the history.
with since as (select company, batch, exported_at from batches where exported_at >= $first_day::date)
select since.company, since.batch, (since.exported_at at time zone 'UTC')::timestamp as exported_at, count(distinct entry_id) as count_entries
from since join pieces using (company, batch) where is_in_pay_period or is_in_bill_period group by all
