-- One row per person × workweek with paid time that cannot be priced: no pay rate for all of it, since the regular rate needs
-- the rate of every hour, a shift's that reaches into the week included (29 CFR 778.115); or rates in two currencies.
select person_no, workweek_start, count(*) = count(pay_currency) as is_mixed
from pay_weeks group by person_no, workweek_start having count(*) > count(pay_currency) or count(*) > 1
