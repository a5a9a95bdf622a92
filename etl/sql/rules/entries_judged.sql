-- One row per entry version with one finding about the entry itself, by precedence. Implausible time (undated, unreadable,
-- negative, over 24 h) is no evidence of hours worked: held in every stream. No time at all: rejected, nothing to post.
select entries.*,
    worked_on + case when across_midnight <> 'split' or worked_seconds <= first_day_seconds or first_day_seconds is null then 0
        when worked_seconds <= first_day_seconds + second_day_seconds then 1 else 2 end as last_worked_on,
    case when worked_seconds = 0 and time_code is distinct from 'TE005' then 'TE003'
        when is_superseded then 'TE030'
        when is_withdrawn then 'TE031'
        when worked_on < go_live then 'TE032'
        when len(pilot_employees) > 0 and not list_contains(pilot_employees, employee_id) then 'TE033'
        when is_conflict then 'TE020'
        when is_currency_unknown then 'TE017'
        when time_code is not null then time_code
        when worked_on is null then 'TE001'
        when worked_seconds is null and is_clock_ambiguous then 'TE016'
        when worked_seconds is null then 'TE006'
        when is_clock_ambiguous then 'TE016'
        when worked_seconds < 0 then 'TE004'
        when worked_seconds > 86400 then 'TE002'
        when person_doubt is not null then person_doubt
        when not is_person_mapped then 'TE007'
    end as entry_code
from entries_mapped as entries cross join run_parameters
