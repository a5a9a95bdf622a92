-- One row per person × workweek: the regular rate as a fraction, pay in millionths of the currency over seconds, from all
-- worked time of the week at its own rates (29 CFR 778.115). Never divided here.
with pieces as (select * from pieces_classified where is_counted)
select person_no, workweek_start, sum(pay_rate_millionths::hugeint * pay_seconds)::hugeint as regular_rate_numerator,
    greatest(sum(pay_seconds), 1)::hugeint as regular_rate_denominator
from pieces group by person_no, workweek_start
