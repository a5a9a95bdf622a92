-- One row per finding and batch whose period ends since a day. Asked of the history.
select company, period_end, code, severity, entry_id, employee_ref, worked_on, seconds, found
from exceptions_open_history where period_end >= $first_day
