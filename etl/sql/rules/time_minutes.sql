-- One row per time activity with its whole minutes.
with parts as (select * from time_parts),
shares as (select part_id, share::bigint as share from largest_remainder('time_parts'))
select parts.*, shares.share as minutes from parts join shares using (part_id)
