-- Keys of earlier periods for which the exported lines and these corrections are not today's lines: counted on whole lines,
-- never on pieces. Must be empty.
with changes as (
    select 'pay' as stream, batch, employee_id || ', ' || pay_item || ', ' || workweek_start as key, null::decimal(18, 3) as amount,
        case when is_now then 1 else -1 end * line_seconds(hour_class, pay_seconds, premium_seconds) as seconds
    from side_payroll_lines
    union all
    select 'pay priced', batch, employee_id || ', ' || pay_item || ', ' || workweek_start, case when is_now then amount else -amount end, 0
    from side_payroll_lines anti join (select employee_id, workweek_start from side_payroll_lines where amount is null) as unpriced using (employee_id, workweek_start)
    union all
    select 'cost', batch, concat_ws(', ', account, customer_job, class), case when is_now then amount else -amount end, 0
    from side_postings where split_part(line_id, '-', 2) = 'L'
    union all
    select 'bill', batch, concat_ws(', ', customer_job, service_item, bill_rate, currency), case when is_now then amount else -amount end,
        case when is_now then bill_seconds else -bill_seconds end from side_billable_lines),
corrected as (
    select *, 1 as is_earlier from earlier_corrections union all select *, 0 from corrections),
lines as (
    select stream, batch, key, amount, seconds from changes
    union all
    select 'pay', batch, employee_id || ', ' || pay_item || ', ' || workweek_start, null, -seconds from corrected where stream = 'pay'
    union all
    select 'pay priced', batch, employee_id || ', ' || pay_item || ', ' || workweek_start, -amount, 0 from corrected
    anti join (select employee_id, workweek_start from side_payroll_lines where amount is null) as unpriced using (employee_id, workweek_start) where stream = 'pay'
    union all
    select 'cost', batch, concat_ws(', ', account, customer_job, class), -amount, 0 from corrected where stream = 'cost'
    union all
    select 'bill', batch, concat_ws(', ', customer_job, service_item, bill_rate, currency), -amount, -seconds from corrected where stream = 'bill')
select stream, batch, key, sum(amount) as amount_left, sum(seconds) as seconds_left from lines group by stream, batch, key
having coalesce(sum(amount), 0) <> 0 or sum(seconds) <> 0
