-- One row per work that was tracked on a day: source, client, project, service item, currency and day, as the tracker wrote
-- them. Its place is its number. What answers it is asked on these rows, not per entry.
select works.*, worked_on from (select distinct tracked_work_no, worked_on from entry_versions) join tracked_works as works using (tracked_work_no)
