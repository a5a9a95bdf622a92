-- One row per person of employees.csv with a number in the order of payroll ids; everything below compares numbers.
select employee_id, row_number() over (order by employee_id)::int as person_no
from (select distinct employee_id from map_employees) as ids
