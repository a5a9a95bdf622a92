-- Payroll lines of which a part is borne elsewhere, whose two parts are not the line, or salaries that are not the salary of
-- their period. Must be empty.
select payroll_line_no, lines.amount_minor, own_minor, moved_minor
from lines_split join payroll_lines_rounded as lines using (payroll_line_no) where own_minor + moved_minor <> lines.amount_minor
union all
select payroll_line_no, lines.amount_minor, salary_minor, null
from payroll_lines_rounded as lines left join period_salaries as salaries on salaries.person_no = lines.person_no
    and salaries.line_week = lines.workweek_start
where lines.hour_class = 'salary' and lines.amount_minor is not null and lines.amount_minor is distinct from salary_minor
