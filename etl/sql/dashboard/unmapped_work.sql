-- One row per name that keeps entries held and has no row in a cross-reference: how much waits, since when, whose it is.
select file, source, outer_ref, ref,
    coalesce((select max(owner) from owners where owners.ref = work_to_map.ref), (select max(owner) from owners
        where owners.ref = work_to_map.outer_ref), (select max(owner) from owners where owners.ref = '*'), 'the bookkeeper') as owner,
    count_entries, seconds, first_day, last_day, date_diff('day', first_day, (select today from reading)) as age_days
from work_to_map
order by seconds desc, file, source, outer_ref, ref
