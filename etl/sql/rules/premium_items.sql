-- One row per person × premium that cannot be told for some hours of this run's periods, in the form of an exception item.
with hours as (
    select hours.* from premium_hours as hours cross join run_parameters where open_code is not null and piece_on between owned_start and owned_end),
rules as (select distinct premium_no, premium_id, sentence from premium_rules),
periods as (select min(cut_off) as cut_off from run_pay_periods),
persons as (select person_no, employee_id from people_numbered)
select codes.code, codes.severity, 'pay' as streams, null::varchar as entry_id, employee_id as employee_ref, min(piece_on) as worked_on,
    sum(seconds)::bigint as seconds, premium_id || ': ' || count(distinct piece_on) || ' day(s) with time ' || case open_code when 'TE200' then 'without a start' else 'without a rate of its own' end as found, any_value(sentence) as expected,
    codes.fix as remedy, 'before the payroll cut-off' || coalesce(strftime(any_value(cut_off), ' %Y-%m-%d %H:%M'), '') as due
from hours join rules using (premium_no) join persons using (person_no) join codes on codes.code = open_code cross join periods
group by codes.code, codes.severity, codes.fix, employee_id, premium_id, open_code
