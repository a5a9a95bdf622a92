-- One row per labor key as a part of its payroll line, for the shares.
with keys as (select * from labor_keys)
select payroll_line_no as unit_id, key_no as part_id, key_no as part_order, amount_minor as unit_total,
    exact_numerator as weight
from keys
