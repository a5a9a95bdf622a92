-- One row per person × workweek: the regular rate as a fraction, pay in millionths of the currency over seconds, from all
-- worked time of the week at its own rates (29 CFR 778.115). Never divided here.
with pieces as (select * from pieces_classified where is_counted),
rates as (
    select pieces.employee_id, pieces.workweek_start,
        sum((entries.pay_rate::decimal(24, 6) * 1000000)::hugeint * pieces.pay_seconds)::hugeint as regular_rate_numerator,
        greatest(sum(pieces.pay_seconds), 1)::hugeint as regular_rate_denominator
    from pieces join entries_rounded as entries using (entry_no)
    group by pieces.employee_id, pieces.workweek_start)
select * from rates
