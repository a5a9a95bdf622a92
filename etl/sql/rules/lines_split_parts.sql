-- One row per payroll line with overtime premium × part: what stays with its own hours, and what the company's policy moves.
-- Only under a policy other than the job's.
with moved as (
    select person_no, workweek_start, hour_kind, hour_class, pay_item_no,
        sum(exact_numerator - moved_numerator)::hugeint as own_weight, sum(moved_numerator)::hugeint as moved_weight
    from pay_components where moved_numerator > 0 group by all),
parts as (
    select lines.payroll_line_no, lines.amount_minor, part_no, case part_no when 0 then own_weight else moved_weight end as weight
    from moved join payroll_lines_rounded as lines using (person_no, workweek_start, hour_kind, hour_class, pay_item_no)
    cross join (select unnest([0, 1]) as part_no) as both_parts where lines.amount_minor is not null)
select payroll_line_no as unit_id, part_no as part_id, part_no as part_order, amount_minor as unit_total, weight from parts
