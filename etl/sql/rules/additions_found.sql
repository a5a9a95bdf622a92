-- One row per person × workweek × hour kind × class × day × reason: pay that is no hour worked and yet belongs to a workweek,
-- an exact fraction of the minor unit (no numerator: a rate is missing). `addition_on`: the day it is charged to, null for the
-- week; `paid_on`: the day whose pay period pays it; `printed_seconds`: hours a payroll file shows. It counts to no overtime
-- and no 40 hours; what belongs to the regular rate enters week_earnings first. docs/adr/0024.
select * from break_premiums union all by name select * from window_premiums union all by name select * from flat_sum_premiums
