-- One row per payroll line × cost account × customer:job × class: the first of two allocation steps, so that a journal
-- line is a sum of whole cents. Held and out-of-scope cost keeps its share and is not posted.
with components as (select * from pay_components),
lines as (select * from payroll_lines_rounded where amount_minor is not null),
summed as (
    select person_no, workweek_start, hour_kind, hour_class, cost_purpose, cost_state, cost_job_no, books_class_no,
        sum(exact_numerator)::hugeint as exact_numerator, min(entry_no) as first_entry_no
    from components group by all),
numbered as (
    select row_number() over (order by first_entry_no, payroll_line_no, cost_purpose, cost_state, cost_job_no nulls first,
            books_class_no nulls first) as key_no, lines.payroll_line_no, lines.amount_minor, summed.*
    from summed join lines using (person_no, workweek_start, hour_kind, hour_class))
select numbered.*, accounts.account, case when numbered.cost_job_no is not null then entries.customer_job end as cost_job, entries.class
from numbered join entries_rounded as entries on entries.entry_no = numbered.first_entry_no
left join map_accounts as accounts on accounts.purpose = numbered.cost_purpose::varchar
