-- One row per pay addition with the running total of its payroll line, over the line's common denominator.
with due as (select * from additions_due),
common as (
    select due.*, list_reduce(list(exact_denominator::hugeint) over (partition by person_no, workweek_start, hour_kind, hour_class),
        lambda a, b: lcm(a, b)) as common_denominator,
        count(*) over (partition by person_no, workweek_start, hour_kind, hour_class)
            = count(exact_numerator) over (partition by person_no, workweek_start, hour_kind, hour_class) as is_priced
    from due)
select common.*, sum(exact_numerator * (common_denominator // exact_denominator))
        over (partition by person_no, workweek_start, hour_kind, hour_class order by addition_no)::hugeint as running_numerator,
    exact_numerator * (common_denominator // exact_denominator) as common_numerator
from common
