-- One row per person × workweek × pay item of whose hours some have a standard cost rate and others none: such a line has no
-- standard cost. With the first entry that has none.
with components as (
    select * from pay_components cross join (select distinct true as is_used from map_cost_rates) as used
    where hour_class <> 'salary' and exact_numerator is not null),
mixed as (
    select person_no, workweek_start, min(entry_no) filter (where standard_numerator is null) as entry_no
    from components group by person_no, workweek_start, hour_kind, hour_class, pay_item_no
    having count(standard_numerator) > 0 and count(standard_numerator) < count(*))
select distinct employee_id, workweek_start, pay_group, customer_job, service_item, worked_on
from mixed join entries_told using (entry_no) order by employee_id, workweek_start
