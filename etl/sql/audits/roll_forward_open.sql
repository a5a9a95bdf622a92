-- Corrections of earlier periods stand apart. Streams in which received + carried in is not the sum of the states + carried out. Must be empty.
select stream,
    sum(case when state in ('received') then count_entries when state in ('carried_in', 'carried_out', 'undated') then 0
        else -count_entries end) as entries_left,
    sum(case when state in ('received', 'carried_in') then seconds when state = 'undated' then 0 else -seconds end) as seconds_left
from roll_forward where state not in ('corrected', 'referred', 'settled') group by stream having entries_left <> 0 or seconds_left <> 0
