-- One row per labor key as a part of its payroll line, or of the part of it that is moved, for the shares.
with keys as (select * from labor_keys)
select payroll_line_no * 2 + is_moved::int as unit_id, key_no as part_id, key_no as part_order, unit_minor as unit_total,
    exact_numerator as weight
from keys
