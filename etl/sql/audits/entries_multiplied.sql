-- Entry versions that mapping, judging or rounding lost or multiplied, by the landed row each came from. Must be empty.
select pull_number, source_row, version, count(*) filter (where is_before) as before, count(*) filter (where not is_before) as after
from (select pull_number, source_row, version, true as is_before from entry_versions
    union all select pull_number, source_row, version, false from entries_rounded) as sides
group by pull_number, source_row, version having before <> 1 or after <> 1
