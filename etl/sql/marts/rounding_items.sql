-- One row per finding about rounding, as exception items: time that is rounded a second time, law that does not clearly allow
-- it, people whom it leaves short by more than chance explains.
with codes_of as (select * from codes), certificate as (select * from rounding_certificate where purpose = 'pay'),
units as (select * from (values (3600, 'hours'), (1800, 'half hours'), (900, 'quarter hours'), (600, 'ten minutes'), (360, 'tenths of an hour'),
    (300, 'five minutes')) as named(input_unit, unit_words)),
items as (
    select 'TE080' as code, purpose as streams, null::text as employee_ref, null::bigint as seconds,
        source || ': all ' || count_entries || ' entries, of ' || count_lengths || ' different lengths, are whole ' || unit_words || ', and the ' || purpose || ' rule rounds them again' as found
    from rounded_input join units using (input_unit)
    union all
    select 'TE081', 'pay', null, null, count(*) || case when count(*) = 1 then ' person: ' else ' people: ' end || law from certificate
    where law_position in ('hostile', 'unknown') group by law
    union all
    select 'TE082', 'pay', employee_id, difference_seconds, employee_name || ': ' || warning || ' in ' || count_events || ' roundings (' || policy || '), more than chance explains' from certificate
    where difference_seconds < 0 and judgement = 'less')
select items.code, codes_of.severity, items.streams, null::text as entry_id, items.employee_ref, null::date as worked_on, items.seconds, items.found,
    codes_of.title as expected, codes_of.fix as remedy, null::text as due
from items join codes_of using (code)
