-- One row per paid component of such a key, as a part of the charge's share: weighed by its cents of the wages.
select key_no as unit_id, part_id, part_id as part_order, charge_minor as unit_total, amount_minor as weight
from labor_allocated join charge_keys_shared using (key_no)
