-- One row per person × salary: what it is worth in a year, in millionths, and the seconds of a week that it covers (null:
-- whatever the week brings, 29 CFR 778.114). A month is a twelfth and a week a 52nd of the year (29 CFR 778.113(b)).
with persons as (select person_no, employee_id from people_numbered)
select persons.person_no,
    (salaries.salary * 1000000::decimal(7, 0))::bigint * case salaries.per when 'week' then 52 when 'two_weeks' then 26
        when 'half_month' then 24 when 'month' then 12 else 1 end as annual_millionths,
    (salaries.hours * 3600::decimal(4, 0))::bigint as covered_seconds, salaries.currency, salaries.effective_from, salaries.effective_to
from map_salaries as salaries join persons using (employee_id) cross join run_parameters where pays_abroad or salaries.currency = home_currency
