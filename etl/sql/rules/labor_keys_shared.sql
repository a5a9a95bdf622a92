-- One row per labor key with its share of the payroll line, in minor units.
with keys as (select * from labor_keys),
shares as (select part_id, share from largest_remainder('labor_key_parts'))
select keys.*, shares.share as key_minor from keys join shares on shares.part_id = keys.key_no
