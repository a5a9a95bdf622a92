-- One row per paid component as a part of its labor key: the second allocation step, down to the entries.
with components as (select * from pay_components),
lines as (select * from payroll_lines_rounded where amount_minor is not null),
keys as (select * from labor_keys_shared),
parts as (
    select keys.key_no as unit_id, components.entry_no * 8 + components.day_no * 2 + components.class_no as part_id,
        components.entry_no * 8 + components.day_no * 2 + components.class_no as part_order,
        keys.key_minor as unit_total, components.exact_numerator as weight, components.pay_seconds as seconds
    from components
    join lines using (employee_id, workweek_start, hour_kind, hour_class)
    join keys on keys.payroll_line_no = lines.payroll_line_no and keys.cost_purpose = components.cost_purpose
        and keys.cost_state = components.cost_state and keys.class is not distinct from components.class
        and keys.cost_job is not distinct from components.cost_job)
select * from parts
