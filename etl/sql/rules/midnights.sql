-- One row per pull × zone × local day on which an entry starts: the instants of the two midnights that follow. A day between
-- them may have 23 or 25 hours.
with days as (
    select distinct pull_number, zone, started_local::date as local_day from stg_files__time_entries where started_local is not null)
select days.pull_number, days.zone, local_day,
    timezone(coalesce(days.zone, pulls.zone), (local_day + 1)::timestamp) as first_midnight,
    timezone(coalesce(days.zone, pulls.zone), (local_day + 2)::timestamp) as second_midnight
from days join pulls using (pull_number)
