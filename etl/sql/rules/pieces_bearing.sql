-- One row per piece × payroll line that bears a moved part of it: the hours of the whole week (spread), or an account of its
-- own (overhead, variance against standard cost), where the piece keeps its class and loses its job. Weights are in one unit within a line.
with components as (select * from pay_components),
split as (
    select lines.*, lines_split.what from lines_split join payroll_lines_rounded as lines using (payroll_line_no)),
parameters as (select * from run_parameters)
select split.payroll_line_no, entry_no, day_no, class_no, cost_state, books_class_no, null::int as cost_job_no,
    case what when 'premium' then 'overtime_premium'::cost_purpose when 'labor' then 'labor_variance'::cost_purpose else 'salary_variance'::cost_purpose end as cost_purpose,
    case when what = 'premium' then moved_numerator when components.pay_seconds = 0 then components.premium_seconds else components.pay_seconds::hugeint end as weight
from split join components using (person_no, workweek_start, hour_kind, hour_class, pay_item_no) cross join parameters
where what in ('salary', 'labor') or overtime_premium = 'overhead'
union all
select split.payroll_line_no, pieces.entry_no, pieces.day_no, pieces.class_no, pieces.cost_state, pieces.books_class_no,
    case when not is_cost_unmapped then job_no end, purpose_of(pieces.hour_kind, is_cost_unmapped, job_no), pieces.pay_seconds
from split join pieces_classified as pieces on pieces.person_no = split.person_no and pieces.workweek_start = split.workweek_start
    and pieces.is_counted and pieces.pay_seconds > 0
cross join parameters where what = 'premium' and overtime_premium = 'spread'
