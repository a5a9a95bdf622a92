-- One row per person × workweek that was approved here and is another since: which entries came, went, or say something else.
with changed as (
    select contents.employee_id, contents.week, given.approver
    from week_contents as contents join time_approvals as given using (employee_id, week) where given.content <> contents.content),
now_lines as (
    select lines.* from week_lines as lines join changed using (employee_id, week)),
then_lines as (
    select lines.* from time_approval_lines as lines join changed using (employee_id, week)),
compared as (
    select coalesce(present.employee_id, before.employee_id) as employee_id, coalesce(present.week, before.week) as week,
        coalesce(present.entry_id, before.entry_id) as entry_id,
        case when before.entry_id is null then 'is new' || coalesce(', ' || clock_hours(present.worked_seconds), '')
            when present.entry_id is null then 'is gone' || coalesce(', ' || clock_hours(before.worked_seconds), '')
            when present.worked_seconds is distinct from before.worked_seconds then coalesce(clock_hours(present.worked_seconds), 'no time') || ' was ' || coalesce(clock_hours(before.worked_seconds), 'no time')
            when present.worked_on <> before.worked_on then present.worked_on || ' was ' || before.worked_on
            when present.place <> before.place then present.place || ' was ' || before.place
            when present.billable <> before.billable then 'billable ' || present.billable || ' was ' || before.billable
            when present.note_mark <> before.note_mark then 'another note' else 'another start' end as what
    from now_lines as present full join then_lines as before using (employee_id, week, entry_id)
    where present.line is distinct from before.line),
told as (
    select employee_id, week, count(*) as count_changed,
        string_agg(entry_id || ' ' || what, '; ' order by entry_id) filter (where turn <= 3) as what
    from (select *, row_number() over (partition by employee_id, week order by entry_id) as turn from compared) as ordered group by employee_id, week)
select changed.employee_id, changed.week, changed.approver,
    coalesce(what || case when count_changed > 3 then '; and ' || (count_changed - 3) || ' more' else '' end, 'its entries are others') as told
from changed left join told using (employee_id, week)
