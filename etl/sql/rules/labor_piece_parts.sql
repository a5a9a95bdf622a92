-- One row per paid component as a part of its labor key: the second allocation step, down to the entries.
with components as (select * from pay_components),
keys as (select * from labor_keys_shared)
select keys.key_no as unit_id, components.entry_no * 128 + components.day_no * 16 + components.class_no as part_id,
    components.entry_no * 128 + components.day_no * 16 + components.class_no as part_order,
    keys.key_minor as unit_total, components.exact_numerator as weight, components.pay_seconds as seconds
from components join keys on keys.person_no = components.person_no and keys.workweek_start = components.workweek_start
    and keys.hour_kind = components.hour_kind and keys.hour_class = components.hour_class
    and keys.cost_purpose = components.cost_purpose and keys.cost_state = components.cost_state
    and keys.books_class_no is not distinct from components.books_class_no
    and keys.cost_job_no is not distinct from components.cost_job_no
