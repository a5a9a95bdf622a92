-- One row per part of what is rounded together, plus its share of the rounded total in seconds (rounding_parts).
select part_id, share::bigint as share from largest_remainder('rounding_parts')
