-- One row per person × workweek × family of law that may hold overtime: over its weekly limit, or under a rule that looks
-- at days. Where several rules meet in one week, hours of all of them fill one pool and the lowest limit holds.
with by_rule as (
    select person_no, workweek_start, family_no, rule_no, sum(pay_seconds)::bigint as rule_seconds
    from pieces_counted group by person_no, workweek_start, family_no, rule_no),
weeks as (
    select person_no, workweek_start, family_no, arg_min(rule_no, week_limit) as week_rule_no, min(week_limit) as week_limit,
        sum(rule_seconds)::bigint as week_seconds, bool_or(is_by_day) as is_by_day,
        case when min(rule_no) filter (where mode is not null) = max(rule_no) filter (where mode is not null) then max(mode) else 0 end as mode
    from by_rule join rule_names using (rule_no) group by person_no, workweek_start, family_no)
select * exclude (is_by_day), row_number() over ()::int as week_no from weeks where week_seconds > week_limit or is_by_day
