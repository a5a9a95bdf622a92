-- One row per name a tracker used: how much, from when to when, and what of it no row of the cross-references answers.
-- was_known: a row of that name exists, only not on those days.
with uses as (
    select kind, source, outer_ref, ref, arg_max(title, worked_on) as title, count(*) as count_entries, sum(seconds)::bigint as seconds,
        min(worked_on) as first_day, max(worked_on) as last_day, arg_max(map_row, worked_on) as map_row,
        count(*) filter (where map_row is null and worked_on >= go_live) as count_unmapped,
        coalesce(sum(seconds) filter (where map_row is null and worked_on >= go_live), 0)::bigint as unmapped_seconds,
        min(worked_on) filter (where map_row is null and worked_on >= go_live) as unmapped_first,
        max(worked_on) filter (where map_row is null and worked_on >= go_live) as unmapped_last
    from tracker_names cross join list_parameters group by kind, source, outer_ref, ref)
select uses.*, case kind
        when 'person' then exists (select 1 from map_employees as known where known.person_ref = nfc_normalize(ref) and known.source in (uses.source, '*'))
        when 'project' then exists (select 1 from map_projects as known where known.project_ref = nfc_normalize(ref)
            and known.client_ref in (nfc_normalize(outer_ref), '*') and known.source in (uses.source, '*'))
        when 'item' then exists (select 1 from map_items as known where known.service_ref = nfc_normalize(ref) and known.source in (uses.source, '*'))
        else false end as was_known
from uses order by kind, seconds desc, source, outer_ref, ref
