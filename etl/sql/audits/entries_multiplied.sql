-- Entry versions that mapping, judging or rounding lost or multiplied. Must be empty.
select entry_id, version, count(*) filter (where side = 'before') as before, count(*) filter (where side = 'after') as after
from (select entry_id, version, 'before' as side from entry_versions
    union all select entry_id, version, 'after' from entries_rounded) as sides
group by entry_id, version having before <> 1 or after <> 1
