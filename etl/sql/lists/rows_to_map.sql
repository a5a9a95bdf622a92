-- One row per person, project and item in use that no row of the cross-references answers on those days: the row that is
-- missing, with the best suggestion of a name for it, and how sure that is.
with wanting as (
    select row_number() over (order by kind, source, outer_ref, ref) as wanting_no, * from tracker_uses
    where kind in ('person', 'project', 'item') and count_unmapped > 0),
suggested as (
    select wanting_no, theirs.id as suggested_id, case theirs.kind when 'job' then theirs.id else theirs.name end as suggested, alike.score
    from wanting
    join names_listed as own on own.side = 'tracker' and own.list = source and own.kind = case wanting.kind when 'project' then 'job' else wanting.kind end
        and own.id = case wanting.kind when 'project' then outer_ref || ':' || ref else ref end
    join names_alike as alike on alike.name_a = own.name_no and not is_duplicate
    join names_listed as theirs on theirs.name_no = alike.name_b
    qualify row_number() over (partition by wanting_no order by alike.score desc, theirs.side <> 'mapping', theirs.name_no) = 1)
select kind, source, outer_ref, ref, title, count_unmapped as count_entries, unmapped_seconds as seconds, unmapped_first as first_day, unmapped_last as last_day,
    was_known, suggested, suggested_id, score
from wanting left join suggested using (wanting_no) order by kind, seconds desc, source, outer_ref, ref
