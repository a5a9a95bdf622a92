-- One row per person × workday × rule that may hold daily overtime: over its limit, or a seventh day. Seventh "in_workweek":
-- the last day of a workweek in which every day was worked; "consecutive": counted over the weeks, as the rule says.
with by_rule as (
    select person_no, workday, family_no, rule_no, min(workweek_start) as workweek_start, sum(pay_seconds)::bigint as rule_seconds
    from pieces_counted semi join (select rule_no from rule_names where is_by_day) as rules using (rule_no)
    group by person_no, workday, family_no, rule_no),
days as (
    select person_no, workday, family_no, min(workweek_start) as workweek_start, max(rule_no) as rule_no,
        max(seventh_day) as seventh_day, min(day_limit) as day_limit, sum(rule_seconds)::bigint as day_seconds
    from by_rule join rule_names using (rule_no) group by person_no, workday, family_no),
placed as (
    select days.*, count(*) over (partition by person_no, workweek_start, family_no) as days_of_week,
        workday - row_number() over (partition by person_no, family_no order by workday)::int as run_key
    from days),
counted as (
    select placed.*, row_number() over (partition by person_no, family_no, run_key order by workday) as days_in_a_row
    from placed),
judged as (
    select counted.* exclude (days_of_week, run_key, days_in_a_row, seventh_day),
        case seventh_day when 'in_workweek' then days_of_week = 7 and workday = workweek_start + 6
            when 'consecutive_6' then days_in_a_row >= 6 when 'consecutive_7' then days_in_a_row >= 7 else false end as is_seventh
    from counted)
select judged.* from judged
join weeks_in_question as weeks using (person_no, workweek_start, family_no)
where day_seconds > day_limit or (is_seventh and (weeks.mode <> 1 or weeks.week_seconds > weeks.week_limit))
