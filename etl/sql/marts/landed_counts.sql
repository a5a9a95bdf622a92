-- One row: what became of every landed row, so that none is lost before the window: versions of the window, repeats of
-- them, and rows of entries of other windows.
with keyed as (select * from entries_keyed), versions as (select * from entry_versions),
ours as (select count(*) as rows from keyed semi join versions using (entry_id))
select (select count(*) from landed_files) as landed_rows, (select count(*) from versions) as versions,
    ours.rows - (select count(*) from versions) as repeats, (select count(*) from keyed) - ours.rows as rows_of_other_windows
from ours
