-- One row per entry of the holiday calendar on a day with leave that the person tracked: the person's own entry counts, the
-- calendar's is not paid beside it (TE135).
with tracked as (
    select distinct entries.person_no, entries.worked_on from entries_judged as entries
    semi join holiday_entries on holiday_entries.person_no = entries.person_no and holiday_entries.worked_on = entries.worked_on
    where entry_code is null and hour_kind <> 'worked' and pull_number not in (select pull_number from pulls where source = 'holiday-calendar'))
select entry_no from holiday_entries semi join tracked using (person_no, worked_on)
