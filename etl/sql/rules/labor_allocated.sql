-- One row per labor key × paid component, or pay addition × piece that bears it: which cents of the key come from it.
with shares as (select * from weighed_remainder('labor_piece_parts')),
borne as (
    select keys.key_no, additions.* from additions_allocated as additions join addition_keys as keys
        on keys.payroll_line_no = additions.payroll_line_no and keys.cost_purpose = additions.cost_purpose
        and keys.cost_state = additions.cost_state and keys.cost_job_no is not distinct from additions.cost_job_no
        and keys.books_class_no is not distinct from additions.books_class_no)
select unit_id as key_no, part_id, part_id // 128 as entry_no, part_id // 16 % 8 as day_no, part_id % 16 as class_no, seconds,
    share::bigint as amount_minor, null::int as addition_no
from shares
union all
select key_no, part_id, part_id // 128, part_id // 16 % 8, part_id % 16, 0, amount_minor, addition_no from borne
