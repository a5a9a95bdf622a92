-- One row: how many payroll lines of this computation are not, as they stand, in the batch that was exported, or the reverse.
with computed as (
    select payroll_line_id, employee_id, workweek_start, hour_class, pay_seconds, premium_seconds, amount from payroll_lines),
exported as (
    select payroll_line_id, employee_id, workweek_start, hour_class, pay_seconds, premium_seconds, amount from exported_payroll_lines),
differing as (
    (select * from computed except select * from exported) union all (select * from exported except select * from computed))
select count(*) as count_lines from differing
