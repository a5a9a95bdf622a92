-- One row per person × workweek: its time, its entries, and the digest over all of their lines, which an approval names.
select employee_id, any_value(employee_name) as employee_name, week, count(*) as count_entries, coalesce(sum(worked_seconds), 0)::bigint as seconds,
    sha256(string_agg(line, chr(10) order by entry_id, line)) as content
from week_lines group by employee_id, week
