-- One row per batch × person × pay item × original workweek that differs. A workweek that is owed in all is paid; one that is
-- overpaid in all waits for a person, whole (labor rules B.8): hours never become negative by themselves. Where the amount
-- of a workweek is not known to us, hours alone decide.
with lines as (
    select batch, is_now, payroll_line_id as line_id, employee_id, employee_name, pay_item, workweek_start, amount, currency,
        line_seconds(hour_class, pay_seconds, premium_seconds) as seconds
    from side_payroll_lines
    union all
    select batch, false, line_id, employee_id, employee_name, pay_item, workweek_start, amount, currency, seconds
    from earlier_corrections where stream = 'pay'),
keyed as (
    select batch, employee_id, pay_item, workweek_start, arg_max(employee_name, is_now::int) as employee_name,
        sum(case when is_now then seconds else -seconds end)::bigint as seconds,
        sum(case when is_now then amount else -amount end)::decimal(18, 3) as amount,
        any_value(currency) as currency, bool_or(amount is null) as is_unpriced, min(line_id) filter (where not is_now) as corrects
    from lines group by batch, employee_id, pay_item, workweek_start),
settled_now as (select employee_id, workweek_start, sum(amount) as amount from map_overpayments group by employee_id, workweek_start),
settled_before as (
    select employee_id, workweek_start, -sum(coalesce(amount, 0)) as amount from earlier_corrections
    where stream = 'pay' and state = 'settled' group by employee_id, workweek_start),
weeks as (
    select employee_id, workweek_start, bool_or(is_unpriced) as is_week_unpriced, sum(amount) as net, min(seconds) as least_seconds,
        min(amount) as least_amount
    from keyed group by employee_id, workweek_start),
judged as (
    select weeks.* exclude (net), case when is_week_unpriced then null else net end as net,
        case when is_week_unpriced then least_seconds >= 0 else net >= 0 end as is_owed,
        case when is_week_unpriced then settled_now.employee_id is not null and settled_before.employee_id is null
            else coalesce(settled_now.amount - coalesce(settled_before.amount, 0) = -net, false) end as is_settled
    from weeks left join settled_now using (employee_id, workweek_start) left join settled_before using (employee_id, workweek_start)),
changed as (
    select keyed.* exclude (amount, is_unpriced, corrects), coalesce(corrects, first_line_id, batch_text || '-P') as corrects,
        case when not is_week_unpriced then amount end as amount, net,
        case when is_owed then 'exported' when is_settled then 'settled' else 'referred' end as state,
        case when is_owed and coalesce(net, 1) > 0 then
            case when least_seconds >= 0 and (is_week_unpriced or least_amount >= 0) then 'hours' else 'amount' end end as paid_by
    from keyed join judged using (employee_id, workweek_start) join earlier_batches using (batch)
    left join (select batch, employee_id, workweek_start, min(line_id) as first_line_id from lines where not is_now
        group by batch, employee_id, workweek_start) as firsts using (batch, employee_id, workweek_start)
    where seconds <> 0 or (not is_week_unpriced and amount <> 0)),
causes as (
    select employee_id, workweek_start, min(cause_rank) as week_rank from correction_caused where stream <> 'bill' group by employee_id, workweek_start),
own_causes as (
    select batch, employee_id, workweek_start, pay_item, min(cause_rank) as own_rank from correction_caused where stream = 'pay'
    group by batch, employee_id, workweek_start, pay_item)
select row_number() over (order by state <> 'exported', batch, employee_id, workweek_start, pay_item) as turn,
    row_number() over (partition by state = 'exported' order by batch, employee_id, workweek_start, pay_item) as line_number,
    changed.*, coalesce(own_rank, week_rank, case when seconds = 0 then 7 else 8 end) as cause_rank
from changed left join own_causes using (batch, employee_id, workweek_start, pay_item) left join causes using (employee_id, workweek_start)
