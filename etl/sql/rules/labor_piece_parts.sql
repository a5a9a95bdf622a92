-- One row per paid component as a part of its labor key: the second allocation step, down to the entries. A piece that also
-- bears a moved part is a part of that key too, with no seconds: its time stands with its own pay.
with components as (select * from pay_components),
keys as (select * from labor_keys_shared)
select keys.key_no as unit_id, components.entry_no * 128 + components.day_no * 16 + components.class_no as part_id,
    components.entry_no * 128 + components.day_no * 16 + components.class_no as part_order,
    keys.key_minor as unit_total, keys.key_weight as unit_weight, coalesce(components.standard_numerator, components.exact_numerator - coalesce(components.moved_numerator, 0)) as weight, components.pay_seconds as seconds
from components join keys on keys.person_no = components.person_no and keys.workweek_start = components.workweek_start
    and keys.hour_kind = components.hour_kind and keys.hour_class = components.hour_class and keys.pay_item_no = components.pay_item_no
    and keys.cost_purpose = components.cost_purpose and keys.cost_state = components.cost_state
    and keys.books_class_no is not distinct from components.books_class_no
    and keys.cost_job_no is not distinct from components.cost_job_no
    and keys.leave_no = components.leave_no and not keys.is_moved
union all
select keys.key_no, bearing.entry_no * 128 + bearing.day_no * 16 + bearing.class_no,
    bearing.entry_no * 128 + bearing.day_no * 16 + bearing.class_no, keys.key_minor, keys.key_weight, bearing.weight, 0
from pieces_bearing as bearing join keys on keys.payroll_line_no = bearing.payroll_line_no and keys.is_moved
    and keys.cost_purpose = bearing.cost_purpose and keys.cost_state = bearing.cost_state
    and keys.books_class_no is not distinct from bearing.books_class_no
    and keys.cost_job_no is not distinct from bearing.cost_job_no
