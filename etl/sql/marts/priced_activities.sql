-- One row per time activity with the rate that the books bill it at, null where it is not billable; only where a time document
-- carries rates.
with entries as (select * from entries_rounded where bill_state = 'exported'), parameters as (select * from run_parameters where prices_time)
select activities.*, case when activities.is_billable then entries.bill_rate end as bill_rate,
    case when activities.is_billable then entries.bill_currency end as bill_currency
from time_activities as activities left join entries using (entry_id) cross join parameters order by activities.rowid
