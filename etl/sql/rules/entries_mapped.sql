-- One row per entry version, with class and rates as of its date; what is not agreed is null. `entry_no` is the one order of everything below: person, day, start, id, version; never the file's order.
with referenced as (select * from entries_referenced),
rated as (
    select referenced.*, pay_rates.pay_rate, pay_rates.currency as pay_currency,
        list_filter(bill_rates.rates, lambda r: referenced.worked_on between r.effective_from and r.effective_to)[1] as bill
    from referenced
    left join map_pay_rates as pay_rates on pay_rates.employee_id = referenced.employee_id
        and referenced.worked_on between pay_rates.effective_from and pay_rates.effective_to
    left join bill_rates_ranked as bill_rates on bill_rates.customer_job = referenced.customer_job
        and bill_rates.service_item = referenced.service_item and bill_rates.employee_id = referenced.employee_id),
classed as (
    select rated.* exclude (bill), bill.bill_rate as bill_rate, bill.currency as bill_currency,
        case when by_item.precedence <= coalesce(by_job.precedence, 1000000)
                and by_item.precedence <= coalesce(by_person.precedence, 1000000) then by_item.value
            when by_job.precedence <= coalesce(by_person.precedence, 1000000) then by_job.value
            else by_person.value end as class
    from rated
    left join map_classes as by_item on by_item.by = 'service_item' and by_item.ref = rated.service_item
        and rated.worked_on between by_item.effective_from and by_item.effective_to
    left join map_classes as by_job on by_job.by = 'customer_job' and by_job.ref = rated.customer_job
        and rated.worked_on between by_job.effective_from and by_job.effective_to
    left join map_classes as by_person on by_person.by = 'employee' and by_person.ref = rated.employee_id
        and rated.worked_on between by_person.effective_from and by_person.effective_to),
ordered as (   -- sorted without the rest of the columns
    select version_no, row_number() over (
            order by employee_id nulls last, worked_on nulls last, started_at nulls last, entry_id, version) as entry_no
    from referenced)
select ordered.entry_no, classed.* from classed join ordered using (version_no)
