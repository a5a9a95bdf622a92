-- One row per stream × batch × key × piece that differs: what today's inputs give less what was exported. Key of pay: person ×
-- pay item × original workweek; of cost: account × customer:job × class; of billing: customer:job × item × rate × currency.
with sides as (select *, case when is_now then 1 else -1 end as sign from correction_sides)
select stream, batch, employee_id, workweek_start, pay_item, account, customer_job, class, service_item, bill_rate, currency, entry_id,
    version, piece_id, piece_on, sum(sign * worked_seconds)::bigint as worked_seconds, sum(sign * seconds)::bigint as seconds,
    sum(sign * amount)::decimal(18, 3) as amount
from sides group by stream, batch, employee_id, workweek_start, pay_item, account, customer_job, class, service_item, bill_rate, currency,
    entry_id, version, piece_id, piece_on
having sum(sign * worked_seconds) <> 0 or sum(sign * seconds) <> 0 or sum(sign * amount) <> 0
