-- One row per work that was tracked on a day: source, client, project, service item, currency and day, as the tracker wrote
-- them. Its place is its number. What answers it is asked on these rows, not per entry.
select distinct source, client_ref, project_ref, service_ref, currency_text, worked_on from entry_versions
