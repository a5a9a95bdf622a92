-- Time activities that are not priced exactly once, and billable ones without a rate. Must be empty.
select line_id, 'priced ' || count(priced.line_id) || ' times' as finding
from time_activities left join priced_activities as priced using (line_id) cross join run_parameters where prices_time
group by line_id having count(priced.line_id) <> 1 or bool_or(priced.is_billable and priced.bill_rate is null)
