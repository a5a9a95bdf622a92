-- One row per purpose × source (or person of a source) whose worked time looks rounded already and that our rule rounds again.
-- The evidence: at least 12 entries, of at least 4 different lengths, every one a whole number of 5 minutes or tenths of an
-- hour; exact minutes would all hit 5 minutes by chance once in 244 million cases. Where no figure moves there is no finding.
with entries as (
    select pulls.source, employee_id, worked_seconds, pay_seconds <> worked_seconds as pay_moved, bill_seconds <> worked_seconds as bill_moved,
        pay_rule_no, bill_rule_no, pay_state, bill_state
    from entries_rounded join pulls using (pull_number)
    where entry_state is null and hour_kind = 'worked' and (pay_rule_no is not null or bill_rule_no is not null)),
purposes as (
    select 'pay' as purpose, source, employee_id, worked_seconds, pay_moved as is_moved from entries
        where pay_rule_no is not null and pay_state = 'exported'
    union all
    select 'bill', source, employee_id, worked_seconds, bill_moved from entries where bill_rule_no is not null and bill_state = 'exported'),
people as (
    select purpose, source, employee_id, count(*) as count_entries, bool_or(is_moved) as is_moved,
        bool_and(worked_seconds % 3600 = 0) as whole_hours, bool_and(worked_seconds % 1800 = 0) as half_hours,
        bool_and(worked_seconds % 900 = 0) as quarters, bool_and(worked_seconds % 600 = 0) as ten_minutes,
        bool_and(worked_seconds % 360 = 0) as tenths, bool_and(worked_seconds % 300 = 0) as five_minutes
    from purposes group by purpose, source, employee_id),
sources as (
    select purpose, source, null::text as employee_id, sum(count_entries)::bigint as count_entries, bool_or(is_moved) as is_moved,
        bool_and(whole_hours) as whole_hours, bool_and(half_hours) as half_hours, bool_and(quarters) as quarters,
        bool_and(ten_minutes) as ten_minutes, bool_and(tenths) as tenths, bool_and(five_minutes) as five_minutes
    from people group by purpose, source),
suspects as (
    select *, case when whole_hours then 3600 when half_hours then 1800 when quarters then 900 when ten_minutes then 600
            when tenths then 360 else 300 end as input_unit
    from (select * from sources union all by name select * from people) as both_levels
    where count_entries >= 12 and is_moved and (five_minutes or tenths) and source not in (select source from exact_sources)),
lengths as (   -- looked at for suspects only
    select suspects.purpose, suspects.source, suspects.employee_id, count(distinct worked_seconds) as count_lengths
    from suspects join purposes on purposes.purpose = suspects.purpose and purposes.source = suspects.source
        and coalesce(suspects.employee_id, purposes.employee_id, '') = coalesce(purposes.employee_id, '')
    group by all),
found as (
    select suspects.purpose, suspects.source, suspects.employee_id, count_entries, count_lengths, input_unit
    from suspects join lengths on lengths.purpose = suspects.purpose and lengths.source = suspects.source
        and lengths.employee_id is not distinct from suspects.employee_id
    where count_lengths >= 4)
select found.* from found
where found.employee_id is null or not exists (
    select 1 from found as whole where whole.purpose = found.purpose and whole.source = found.source and whole.employee_id is null)
