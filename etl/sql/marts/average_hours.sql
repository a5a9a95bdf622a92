-- One row per person × workweek under a rule that limits the average: the hours of the weeks up to it, as many as the rule
-- looks at. Fewer weeks than that give no answer. Weeks with leave are counted as they are; that is said beside the figure.
with names as (select * from rule_names where average_weeks is not null),
parameters as (select * from run_parameters),
weeks as (
    select person_no, workweek_start, sum(pieces.worked_seconds)::bigint as worked_seconds, max(average_seconds) as limit_seconds,
        max(average_weeks) as count_weeks
    from pieces_classified as pieces join names using (rule_no) where is_counted group by person_no, workweek_start),
leave as (select distinct person_no, workweek_start from pieces_classified where pay_state = 'exported' and hour_kind <> 'worked'),
summed as (
    select weeks.person_no, weeks.workweek_start, weeks.limit_seconds, weeks.count_weeks, sum(earlier.worked_seconds)::bigint as total_seconds,
        count(leave.person_no) as weeks_with_leave
    from weeks join weeks as earlier on earlier.person_no = weeks.person_no
        and earlier.workweek_start between weeks.workweek_start - (7 * (weeks.count_weeks - 1))::int and weeks.workweek_start
    left join leave on leave.person_no = earlier.person_no and leave.workweek_start = earlier.workweek_start
    group by weeks.person_no, weeks.workweek_start, weeks.limit_seconds, weeks.count_weeks),
persons as (select distinct person_no, employee_id from people_on_day)
select employee_id, workweek_start, count_weeks, total_seconds, limit_seconds, weeks_with_leave,
    total_seconds > limit_seconds * count_weeks as is_over_limit
from summed join persons using (person_no) cross join parameters
where workweek_start - (7 * (count_weeks - 1))::int >= window_start order by employee_id, workweek_start
