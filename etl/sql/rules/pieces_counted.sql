-- One row per piece that counts to overtime, with the few columns that the limits look at; kept, because four read it.
with pieces as not materialized (select * from pieces_ruled where is_counted and pay_seconds > 0)
select entry_no, day_no, person_no, piece_on, workday, workweek_start, family_no, rule_no, pay_seconds,
    case when has_shift then epoch_us(started_at) // 1000000 end as begin_second, case when has_shift then worked_seconds end as shift_seconds
from pieces
