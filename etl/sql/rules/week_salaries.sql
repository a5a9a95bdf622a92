-- One row per person × workweek with salaried time: what prices an hour of it. A salary for fixed hours pays those hours, the
-- hours beyond at the same price; a salary for all hours is shared by them (29 CFR 778.113, .114, .325).
with pieces as (
    select classified.person_no, classified.workweek_start, classified.pay_seconds, classified.is_counted, annual_millionths, covered_seconds
    from pieces_classified as classified join salaries_by_person as salaries on salaries.person_no = classified.person_no
        and classified.piece_on between salaries.effective_from and salaries.effective_to
    where classified.pay_state = 'exported')
select person_no, workweek_start, sum(annual_millionths::hugeint * pay_seconds) filter (where is_counted)::hugeint as annual_times_seconds,
    greatest(least(sum(pay_seconds), coalesce(min(covered_seconds), sum(pay_seconds))), 1)::hugeint as priced_seconds,
    coalesce(min(covered_seconds), greatest(sum(pay_seconds) filter (where is_counted), 1))::hugeint as rated_seconds
from pieces group by person_no, workweek_start
