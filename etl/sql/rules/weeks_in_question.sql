-- One row per person × workweek × family of law that may hold overtime: over its weekly limit, or under a rule that looks
-- at days. Where several rules meet in one week, hours of all of them fill one pool and the lowest limit holds.
with pieces as not materialized (select * from pieces_ruled where is_counted)
select person_no, workweek_start, family_no, arg_min(rule_no, week_limit) as week_rule_no, min(week_limit) as week_limit,
    sum(pay_seconds)::bigint as week_seconds,
    case when min(rule_no) filter (where mode is not null) = max(rule_no) filter (where mode is not null) then max(mode) else 0 end as mode
from pieces group by person_no, workweek_start, family_no
having sum(pay_seconds) > min(week_limit) or bool_or(is_by_day)
