-- One row per exported period × job × person since a day: seconds worked and paid, and seconds billed. Asked of the history.
select period_end, 'exported' as standing, coalesce(customer_job, '') as customer_job, employee_id,
    coalesce(sum(worked_seconds) filter (is_in_pay_period), 0)::bigint as worked_seconds,
    coalesce(sum(pay_seconds) filter (is_in_pay_period), 0)::bigint as pay_seconds,
    coalesce(sum(bill_seconds) filter (is_in_bill_period), 0)::bigint as bill_seconds
from pieces
where company = $company and period_end >= $since and (is_in_pay_period or is_in_bill_period)
group by all order by all
