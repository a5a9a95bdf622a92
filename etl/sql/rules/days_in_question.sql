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
full_weeks as (
    select person_no, workweek_start, family_no from days group by person_no, workweek_start, family_no
    having count(*) = 7 and bool_or(seventh_day = 'in_workweek' and workday = workweek_start + 6)),
counting as (select distinct person_no, family_no from days where seventh_day like 'consecutive%'),
worked as (   -- only where a rule counts over the weeks: with the days before those that the run reads
    select person_no, family_no, workday from days semi join counting using (person_no, family_no)
    union
    select person_no, family_no, before.workday from counting join people_numbered using (person_no)
    join days_before as before on before.employee_id = people_numbered.employee_id and before.worked_seconds > 0),
placed as (
    select worked.*, workday - row_number() over (partition by person_no, family_no order by workday)::int as run_key from worked),
in_a_row as (
    select placed.*, row_number() over (partition by person_no, family_no, run_key order by workday) as days_in_a_row from placed),
sevenths as (
    select person_no, family_no, workweek_start + 6 as workday from full_weeks
    union
    select person_no, family_no, workday from in_a_row join days using (person_no, family_no, workday)
    where days_in_a_row >= case seventh_day when 'consecutive_6' then 6 when 'consecutive_7' then 7 end),
judged as (
    select days.* exclude (seventh_day), sevenths.workday is not null as is_seventh
    from days left join sevenths using (person_no, family_no, workday)
    where day_seconds > day_limit or sevenths.workday is not null)
select judged.*, row_number() over ()::int as day_key from judged
join weeks_in_question as weeks using (person_no, workweek_start, family_no)
where day_seconds > day_limit or weeks.mode <> 1 or weeks.week_seconds > weeks.week_limit
