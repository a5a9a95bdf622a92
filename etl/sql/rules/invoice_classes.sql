-- One row per billable line of a batch that makes invoices: how many classes its time has, and the one where there is one only.
select bill_line_no, count(distinct coalesce(class, ''))::int as count_classes, case when count_classes = 1 then any_value(class) end as class
from invoice_time join bill_allocated using (bill_line_no) join entries_told using (entry_no) group by bill_line_no
