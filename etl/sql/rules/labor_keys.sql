-- One row per payroll line × cost account × customer:job × class: the first of two allocation steps, so that a journal
-- line is a sum of whole cents. Held and out-of-scope cost keeps its share and is not posted.
with components as (select * from pay_components),
lines as (select * from payroll_lines_rounded where amount_minor is not null),
keyed as (
    select lines.payroll_line_no, any_value(lines.amount_minor) as amount_minor, cost_purpose, cost_state, cost_job, class,
        sum(exact_numerator)::hugeint as exact_numerator, min(entry_no) as first_entry_no
    from components join lines using (employee_id, workweek_start, hour_kind, hour_class)
    group by lines.payroll_line_no, cost_purpose, cost_state, cost_job, class),
numbered as (
    select row_number() over (order by first_entry_no, payroll_line_no, cost_purpose, cost_state, cost_job nulls first,
            class nulls first) as key_no, keyed.*
    from keyed)
select numbered.*, accounts.account from numbered left join map_accounts as accounts on accounts.purpose = numbered.cost_purpose
