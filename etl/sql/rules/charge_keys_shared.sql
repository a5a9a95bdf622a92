-- One row per employer charge × labor key with its share, in minor units.
select unit_id as charge_no, part_id as key_no, share::bigint as charge_minor from largest_remainder('charge_key_parts')
