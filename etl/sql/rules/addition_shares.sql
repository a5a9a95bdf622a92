-- One row per pay addition with its cents of the payroll line, each running total rounded as the line is.
with lines as (select * from payroll_lines_rounded)
select additions.* exclude (running_numerator, common_numerator, common_denominator, is_priced), lines.payroll_line_no,
    case when is_priced then divide_half_up(running_numerator, common_denominator)
        - divide_half_up(running_numerator - common_numerator, common_denominator) end as amount_minor
from addition_fractions as additions join lines using (person_no, workweek_start, hour_kind, hour_class)
