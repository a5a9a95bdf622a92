-- One row per entry version with the names that stand behind its numbers: person, customer:job, service item, class.
select entries.*, people.employee_id, people.employee_name, people.worker_type, works.customer_job, works.service_item, class_names.value as class
from entries_rounded as entries left join people_on_day as people using (person_day_no) left join work_on_day as works using (work_no)
left join (select distinct books_class_no, value from classes_numbered) as class_names on class_names.books_class_no = entries.books_class_no
