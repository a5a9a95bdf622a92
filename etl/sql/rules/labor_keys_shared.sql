-- One row per labor key with its share of the payroll line, in minor units.
with keys as (select * from labor_keys),
shares as (select part_id, share from largest_remainder('labor_key_parts')),
shared as (
    select keys.key_no, payroll_line_no, person_no, workweek_start, hour_kind, hour_class, pay_item_no, cost_purpose, cost_state, cost_job_no, books_class_no,
        leave_no, leave_kind, is_moved, account, cost_job, class, shares.share as key_minor, exact_numerator as key_weight
    from keys join shares on shares.part_id = keys.key_no
    union all by name
    select key_no, payroll_line_no, cost_purpose, cost_state, cost_job_no, books_class_no, account, cost_job, class, key_minor from addition_keys)
select shared.*, lines.pay_currency, lines.pay_minor_digits from shared join payroll_lines_rounded as lines using (payroll_line_no)
