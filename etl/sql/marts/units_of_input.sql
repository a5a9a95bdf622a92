-- One row per source with valid work of the periods: how many entries, and how many of them are whole five minutes or tenths.
select pulls.source, count(*) as count_entries, count(*) filter (where worked_seconds % 300 = 0 or worked_seconds % 360 = 0) as count_whole
from entries_rounded join pulls using (pull_number) cross join run_parameters
where entry_state is null and hour_kind = 'worked' and worked_on between owned_start and owned_end group by pulls.source order by pulls.source
