-- One row per person under a law that counts the workday from the start of work, 24 hours on (Nevada, NRS 608.0126), as an
-- exception item that stops the draft: after work on the day before, hours may belong to that day, which is not computed. Where no
-- two days follow one another, both readings give the same hours. Of the first day read the day before is not known.
with people as (select distinct person_no from pieces_counted semi join rules_from_start using (rule_no)),
days as (
    select person_no, workday, bool_or(rule_no in (select rule_no from rules_from_start)) as is_under, min(rule_no) as rule_no
    from pieces_counted semi join people using (person_no) group by person_no, workday),
following as (
    select days.*, lag(workday) over (partition by person_no order by workday) as day_before, window_start from days cross join run_parameters),
in_question as (
    select following.* from following cross join run_parameters
    where is_under and (day_before = workday - 1 or workday = following.window_start) and workday between owned_start and owned_end + 1),
periods as (select min(cut_off) as cut_off from run_pay_periods)
select codes.code, codes.severity, 'pay' as streams, null::varchar as entry_id, employee_id as employee_ref, min(workday) as worked_on, null::bigint as seconds,
    any_value(rule_id) || ': ' || count(*) || ' day(s) after a day of work' as found, any_value(codes.title) as expected, codes.fix as remedy,
    'before the payroll cut-off' || coalesce(strftime(any_value(cut_off), ' %Y-%m-%d %H:%M'), '') as due
from in_question join people_numbered using (person_no) join rule_names using (rule_no) join codes on codes.code = 'TE199' cross join periods
group by codes.code, codes.severity, codes.fix, employee_id
