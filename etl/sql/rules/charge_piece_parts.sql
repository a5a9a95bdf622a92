-- One row per piece that bears wages of such a key, as a part of the charge's share: weighed by its cents of the wages.
select key_no as unit_id, part_id, part_id as part_order, any_value(charge_minor) as unit_total, sum(amount_minor) as weight
from labor_allocated join charge_keys_shared using (key_no) group by key_no, part_id
