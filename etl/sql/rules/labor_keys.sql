-- One row per payroll line × cost account × customer:job × class: the first of two allocation steps, so that a journal
-- line is a sum of whole cents. Held and out-of-scope cost keeps its share and is not posted. Where a part of a line is borne
-- elsewhere, its keys are moved ones.
with components as (select * from pay_components),
lines as (
    select rounded.*, lines_split.own_minor, lines_split.moved_minor
    from payroll_lines_rounded as rounded left join lines_split using (payroll_line_no) where amount_minor is not null),
summed as (
    select person_no, workweek_start, hour_kind, hour_class, pay_item_no, cost_purpose, cost_state, cost_job_no, books_class_no, leave_no,
        sum(coalesce(standard_numerator, exact_numerator - coalesce(moved_numerator, 0)))::hugeint as exact_numerator, min(entry_no) as first_entry_no
    from components group by all),
keyed as (
    select lines.payroll_line_no, false as is_moved, coalesce(own_minor, amount_minor) as unit_minor, summed.*
    from summed join lines using (person_no, workweek_start, hour_kind, hour_class, pay_item_no)
    union all by name
    select payroll_line_no, true as is_moved, moved_minor as unit_minor, person_no, workweek_start, hour_kind, hour_class, pay_item_no,
        bearing.cost_purpose, bearing.cost_state, bearing.cost_job_no, bearing.books_class_no, 0::smallint as leave_no,
        sum(weight)::hugeint as exact_numerator, min(entry_no) as first_entry_no
    from pieces_bearing as bearing join lines using (payroll_line_no) group by all),
numbered as (
    select row_number() over (order by first_entry_no, payroll_line_no, cost_purpose, cost_state, cost_job_no nulls first,
            books_class_no nulls first, leave_no, is_moved) as key_no, keyed.*
    from keyed),
leaves as (select distinct leave_no, account, leave_kind from pay_items_ranked where leave_no > 0),
jobs as (select distinct job_no, customer_job from projects_on_day where job_no is not null),
class_names as (select distinct books_class_no, value from classes_numbered)
select numbered.*, coalesce(leaves.account, accounts.account) as account, leaves.leave_kind, jobs.customer_job as cost_job, class_names.value as class
from numbered left join jobs on jobs.job_no = numbered.cost_job_no left join class_names using (books_class_no)
left join leaves using (leave_no)
left join map_accounts as accounts on accounts.purpose = numbered.cost_purpose::varchar
