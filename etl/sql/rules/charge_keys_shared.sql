-- One row per employer charge × labor key with its share, in minor units, and the account it is posted to.
-- `posting_no`: what of one key goes to one account, all taxes together.
select unit_id as charge_no, part_id as key_no, share::bigint as charge_minor, letter, cost_state, account,
    dense_rank() over (order by part_id, account) as posting_no
from largest_remainder('charge_key_parts')
