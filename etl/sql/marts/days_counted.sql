-- One row per person × workday of the window, asked for the days before the weeks that a run reads: time that counts to overtime, time on duty where the place
-- has break rules, and whether the day holds leave.
with pieces as (
    select person_no, workday, coalesce(sum(worked_seconds) filter (where is_counted), 0)::bigint as worked_seconds,
        bool_or(pay_state = 'exported' and hour_kind <> 'worked') as has_leave
    from pieces_ruled where person_no is not null group by person_no, workday),
persons as (select person_no, employee_id from people_numbered)
select employee_id, workday, coalesce(pieces.worked_seconds, 0)::bigint as worked_seconds, coalesce(duty_days.worked_seconds, 0)::bigint as duty_seconds,
    coalesce(has_leave, false) as has_leave
from pieces full join (select person_no, workday, worked_seconds from duty_days) as duty_days using (person_no, workday) join persons using (person_no)
cross join run_parameters where workday between window_start and window_end order by employee_id, workday
