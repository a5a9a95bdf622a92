-- One row per entry version, with person, customer:job, service item, class and rates as of its date; what does not map
-- is null. `entry_no` is its place in the one order (entries_ordered).
with versions as (select rowid + 1 as entry_no, * from entries_ordered),
referenced as (
    select versions.*,
        people.employee_id, people.employee_name, people.worker_type, people.vendor_id, people.pay_group, people.law_key,
        versions.person_day_no is not null as is_person_mapped, coalesce(case job_rates.kind when 'rate' then 0 when 'piece' then 0 else people.pay_rate_millionths end, people.pay_rate_millionths)
            + coalesce((job_rates.rate * 1000000::decimal(7, 0))::bigint, 0) as pay_rate_millionths,
        case when job_rates.kind = 'differential' then (job_rates.rate * 1000000::decimal(7, 0))::bigint end as differential_millionths,
        coalesce(case when job_rates.kind <> 'differential' then job_rates.currency end, people.pay_currency) as pay_currency,
        works.customer_job, works.job_no, works.billing_method, works.is_project_mapped, works.service_item, works.hour_kind, works.is_item_mapped,
        works.is_currency_unknown, works.name_doubt,
        coalesce(people.week_begins_on, 1)::int as week_begins_on,   -- nobody's time is looked at in weeks from Monday
        case when works.precedence <= coalesce(people.precedence, 1000000) then works.books_class_no else people.books_class_no end as books_class_no,
        case when is_billable then coalesce(own_rates.bill_rate, works.bill_rate) end as bill_rate,
        case when is_billable then coalesce(own_rates.bill_currency, works.bill_currency) end as bill_currency
    from versions
    join work_on_day as works using (work_no)
    left join people_on_day as people using (person_day_no)
    left join own_rates_on_day as own_rates on own_rates.person_day_no = versions.person_day_no and own_rates.work_no = versions.work_no
    left join map_job_rates as job_rates on job_rates.employee_id = people.employee_id and job_rates.service_item = works.service_item
        and versions.worked_on between job_rates.effective_from and job_rates.effective_to)
select * from referenced
