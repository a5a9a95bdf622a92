-- One row per billable line that the reviewer of the billing worksheet lets wait.
select customer_job, service_item, bill_rate, currency as bill_currency from map_billing_decisions cross join run_parameters
where decision = 'hold' and map_billing_decisions.period_end = bill_period_end and makes_invoices
