-- Entry versions that mapping, judging or rounding lost or multiplied, by the landed row each came from. Must be empty. They are
-- looked up one by one only where a row came twice, or where both sides differ in number or in the sum of their marks.
with before as (select count(*) as rows, sum(hash(pull_number, source_row, version)::hugeint) as marks from entry_versions),
after as (select count(*) as rows, sum(hash(pull_number, source_row, version)::hugeint) as marks from entries_rounded),
twice as (select pull_number, source_row, version from entries_rounded group by pull_number, source_row, version having count(*) > 1),
doubt as (
    select true as is_doubted from before join after on before.rows <> after.rows or before.marks is distinct from after.marks
    union select true from twice),
sides as (
    select pull_number, source_row, version, true as is_before from entry_versions
    union all select pull_number, source_row, version, false from entries_rounded)
select pull_number, source_row, version, count(*) filter (where is_before) as before, count(*) filter (where not is_before) as after
from sides join doubt on is_doubted
group by pull_number, source_row, version having before <> 1 or after <> 1
