-- One row per finding about breaks and rest as an exception item: a premium that nobody has decided about stops the draft, a
-- referred one waits alone, the rest is told. What cannot be told is told once a person and rule, missing birth dates once.
with findings as (select * from break_findings),
parameters as (select * from run_parameters),
periods as (select min(cut_off) as cut_off from run_pay_periods),
owned as (
    select findings.* from findings cross join parameters where workday between owned_start and owned_end),
priced as (   -- what a premium comes to, at the first finding that owes it
    select owned.*, row_number() over (partition by person_no, workday, premium order by break_rule_no) as turn,
        coalesce(pay_currency, home_currency) as currency, coalesce(pay_minor_digits, minor_digits) as digits,
        case when missing.person_no is null then amount_words(divide_half_up(coalesce(wage_numerator, regular_rate_numerator * premium_seconds),
            case when wage_numerator is null then regular_rate_denominator else 1 end * 3600 * ten_to(6 - digits)), digits) end as amount
    from owned left join regular_rates using (person_no, workweek_start) left join pay_rates_missing as missing using (person_no, workweek_start)
    left join weeks_paid_abroad using (person_no, workweek_start)
    cross join parameters where not is_open),
judged as (
    select priced.* replace (concat_ws('; ', found, case when premium is not null and turn = 1 then coalesce(amount || ' ' || currency, 'rate missing') end,
            case when premium_mode = 'refer' then 'referred to ' || referred_to || ' until ' || referred_due || ', ' || reason
                when premium_mode = 'drop' then 'dropped by ' || resolved_by || ', ' || reason
                when resolved_by is not null then 'resolved by ' || resolved_by end) as found),
        case premium_mode when 'stop' then 'TE102' when 'pay' then 'TE103' when 'refer' then 'TE104' when 'drop' then 'TE107'
            else case when verdict = 'breach' then 'TE100' else 'TE101' end end as code
    from priced),
untold as (
    select employee_id, any_value(promise) as promise, min(workday) as workday, any_value(found) as found, count(distinct workday) as count_days
    from owned where is_open group by employee_id, rule_id),
unclocked as (
    select employee_id, min(workday) as workday, count(*) as count_days from duty_days cross join parameters
    where not is_clocked and workday between owned_start and owned_end group by employee_id),
unborn as (
    select count(distinct employee_id) as count_people, min(rule_id) as rule_id from duty_days join break_rules using (law_key)
    where age_below > 0 and employee_id not in (select employee_id from map_birth_dates)),
items as (
    select code, entries.entry_id, judged.employee_id, judged.workday, judged.seconds, judged.found, judged.promise
    from judged join entries_rounded as entries using (entry_no)
    union all
    select 'TE105', null, employee_id, workday, null, found || case when count_days > 1 then ', ' || count_days || ' days' else '' end, promise from untold
    union all
    select 'TE105', null, employee_id, workday, null, 'no start time, ' || count_days || ' day(s)', 'breaks and rest of the day' from unclocked
    union all
    select 'TE106', null, null, null, null, count_people || ' people without a birth date', 'limits by age, such as ' || rule_id
    from unborn where count_people > 0)
select items.code, codes.severity, 'pay' as streams, entry_id, employee_id as employee_ref, workday as worked_on, seconds, found,
    promise as expected, codes.fix as remedy,
    case when codes.severity <> 'note' then 'before the payroll cut-off' || coalesce(strftime(cut_off, ' %Y-%m-%d %H:%M'), '') end as due
from items join codes using (code) cross join periods
