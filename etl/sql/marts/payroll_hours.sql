-- One row per person × pay item × workweek, hours in hundredths as a payroll provider takes them. Of a salary no hours: its
-- amount where the company asks for it, else nothing. Last what is owed for earlier workweeks.
with lines as (select * from payroll_lines_rounded), hours as (select * from hours_hundredths),
parameters as (select * from run_parameters),
rows as (
    select format('{}-P-{:03d}', batch_text, payroll_line_no) as line_id, employee_id, employee_name, pay_item, workweek_start,
        coalesce(hours.seconds, 0)::bigint as pay_seconds, coalesce(hours.hundredths * 36, 0)::bigint as exported_seconds,
        amount_of(amount_minor, pay_minor_digits) as amount, pay_currency as currency,
        0 as part, payroll_line_no as turn
    from lines left join hours using (payroll_line_no) cross join parameters
    where hours.payroll_line_no is not null or (hour_class = 'salary' and salary_rows = 'amount')
    union all
    select *, 1, rowid from correction_hours)
select * exclude (part, turn) from rows order by part, turn
