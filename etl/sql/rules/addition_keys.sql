-- One row per payroll line of pay additions × cost account × customer:job × class: labor keys after those of the hours.
with shares as (select * from additions_allocated),
keyed as (select coalesce(max(key_no), 0) as last_key_no from labor_keys),
summed as (
    select payroll_line_no, cost_purpose, cost_state, cost_job_no, books_class_no, sum(amount_minor)::hugeint as key_minor, min(entry_no) as first_entry_no
    from shares group by payroll_line_no, cost_purpose, cost_state, cost_job_no, books_class_no),
numbered as (
    select last_key_no + row_number() over (order by first_entry_no nulls last, payroll_line_no, cost_purpose, cost_state, cost_job_no nulls first,
            books_class_no nulls first) as key_no, summed.*
    from summed cross join keyed)
select numbered.*, accounts.account, case when numbered.cost_job_no is not null then entries.customer_job end as cost_job, entries.class
from numbered left join entries_told as entries on entries.entry_no = numbered.first_entry_no
left join map_accounts as accounts on accounts.purpose = numbered.cost_purpose::varchar
