-- One row per entry of the holiday calendar that stands (etl/steps/holiday_calendar.py); none without a calendar.
select rowid + 1 as entry_no, person_no, worked_on from entries_ordered
semi join (select pull_number from pulls where source = 'holiday-calendar') as calendar using (pull_number)
where person_no is not null and not is_superseded and not is_withdrawn
