-- One row per rule of pay × person whom the law of the work location forbids to be rounded so, on the first such day that the
-- run reads.
select spans.rule_no, people.employee_id, people.map_row, spans.work_location, law.sentence,
    greatest(spans.span_from, law.effective_from, people.effective_from, window_start) as first_day
from rounding_spans as spans
join law_keys on law_keys.law_key = spans.law_key
join map_employees as people on people.worker_type = 'employee' and people.work_location = law_keys.work_location
    and people.pay_group = law_keys.pay_group and people.flsa_status = law_keys.flsa_status
join rounding_law as law on law.rule_no = spans.rule_no and law.work_location = spans.work_location and law.position = 'forbidden'
cross join run_parameters
where first_day <= least(spans.span_to, law.effective_to, people.effective_to, window_end)
order by spans.rule_no, people.map_row, first_day
