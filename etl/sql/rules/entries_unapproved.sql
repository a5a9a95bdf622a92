-- One row per entry whose hours nobody has approved as they are now, by the company's choice of whose word counts: the tracker's
-- for the entry, that given here for the person's week, either, or both. What an exported period let through stays.
with asked as (select time_source from run_parameters where time_source <> 'none'),
judged as (
    select lines.entry_no, lines.entry_id, lines.employee_id, lines.week, coalesce(given.content = contents.content, false) as is_here,
        coalesce(standings.standing = 'approved', false) as is_there, given.content is not null as is_given
    from week_lines as lines join week_contents as contents using (employee_id, week)
    left join time_approvals as given using (employee_id, week)
    left join entry_standings as standings on standings.entry_id = lines.entry_id),
waiting as (
    select judged.*, time_source,
        case when is_given and not is_here and time_source <> 'tracker' then 'TE261' else 'TE260' end as code
    from judged cross join asked
    where not case time_source when 'tracker' then is_there when 'here' then is_here when 'either' then is_here or is_there
            else is_here and is_there end
        and entry_id not in (select entry_id from let_through))
select entry_no, employee_id, week, code,
    'week from ' || week || case when code = 'TE261' then ': approved by ' || changed.approver || ', and since then ' || changed.told || '; '
        when time_source = 'tracker' or is_here then ': not approved in the tracker; ' else ': not approved; ' end
        || case when code = 'TE260' and (time_source = 'tracker' or is_here) then 'its manager approves there'
            else coalesce(approvers.names, 'a time approver') || case when code = 'TE261' then ' approves again' else ' approves' end end as told
from waiting left join weeks_changed as changed using (employee_id, week) left join approvers using (employee_id)
