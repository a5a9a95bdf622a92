-- One row per labor key that scope.csv leaves out of employer charges on its workweek's first day, and whether its job does so: of
-- a person's taxes there is nothing to leave out, they are not charged (taxes_rounded).
with untaxed as (select * from scope_refs where is_tax_out)
select key_no, bool_or(kind = 'customer_job') as is_by_job
from labor_keys_shared as keys join payroll_lines_rounded as lines using (payroll_line_no)
join untaxed on ((kind = 'employee' and ref = employee_id) or (kind = 'customer_job' and ref = keys.cost_job))
    and lines.workweek_start between effective_from and effective_to
group by key_no
