-- One row per kind of report and day that one answers for: the newest that does. A report of totals answers for all its days or none.
with spans as (
    select kind, grain, report_no, unnest(generate_series(first_day::timestamp, last_day::timestamp, interval 1 day))::date as day,
        last_day - first_day + 1 as count_days
    from book_reports),
newest as (select spans.* from spans qualify report_no = max(report_no) over (partition by kind, day))
select kind, day, report_no from newest
qualify grain <> 'total' or count(*) over (partition by report_no) = count_days
order by kind, day
