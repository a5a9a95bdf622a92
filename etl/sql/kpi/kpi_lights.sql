-- One row per company × key figure × part × week, and one for all weeks together (week empty): the figure in hundredths of its unit,
-- half up, null where there is no data, and its light against the target, compared exactly. No target, no light.
with parts as (
    select distinct company, kpi, part from kpi_figures
    union all
    select company, kpi, '' from kpi_companies cross join kpi_definitions anti join kpi_figures using (company, kpi)),
spans as (
    select company, kpi, part, week, first_day, sum(numerator)::hugeint as numerator, sum(denominator)::hugeint as denominator
    from parts join kpi_weeks using (company) left join kpi_figures using (company, kpi, part, week)
    group by grouping sets ((company, kpi, part, week, first_day), (company, kpi, part))),
aims as (   -- the target of the part, else of the figure; the company's own, else the default
    select parts.company, parts.kpi, parts.part, green_micro, red_micro, said
    from parts join kpi_targets as targets on targets.company = parts.company and targets.kpi = parts.kpi and targets.part in ('', parts.part)
    qualify row_number() over (partition by parts.company, parts.kpi, parts.part order by targets.part = parts.part desc, targets.turn, targets.part desc) = 1),
scaled as (
    select spans.*, turn, title, unit, better, numerator * up as above, denominator * down as below, green_micro, red_micro, aims.said
    from spans join kpi_definitions using (kpi) left join aims using (company, kpi, part))
select company, turn, kpi, title, part, coalesce(week, '') as week, first_day, numerator, denominator, unit,
    case when below > 0 then divide_half_up(above * 100, below) end as hundredths,
    case when below is null or below = 0 then 'no data' when green_micro is null then 'no target'
        when better = 'lower' and above * 1000000 <= green_micro * below then 'on target'
        when better = 'lower' and above * 1000000 > red_micro * below then 'off target'
        when better = 'higher' and above * 1000000 >= green_micro * below then 'on target'
        when better = 'higher' and above * 1000000 < red_micro * below then 'off target'
        else 'watch' end as light,
    green_micro, red_micro, said
from scaled order by company, turn, part, first_day nulls first
