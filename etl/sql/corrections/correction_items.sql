-- One row per overpaid person × workweek that waits for a person, and per workweek whose pay is owed: what a person should look at.
with overpaid as (
    select employee_id, workweek_start, min(corrects) as corrects, any_value(cause) as cause, -sum(seconds)::bigint as seconds, -sum(amount) as amount,
        any_value(currency) as currency, any_value(recovery_rule) as recovery_rule, any_value(citation) as citation, min(line_id) as line_id
    from corrections where state = 'referred' group by employee_id, workweek_start),
owed as (
    select pay.employee_id, pay.workweek_start, min(corrects) as corrects, sum(pay.seconds)::bigint as seconds, any_value(net) as amount,
        any_value(paid_by) as paid_by, arg_max(pay.pay_item, pay.amount) as pay_item, any_value(cause_word(cause_rank)) as cause
    from correction_pay as pay where paid_by is not null group by pay.employee_id, pay.workweek_start),
found as (
    select 'TE160' as code, employee_id, workweek_start, seconds, line_id,
        'overpaid ' || coalesce(amount::varchar || ' ' || currency, hours_words(seconds) || ' h') || ' for this workweek (' || corrects || ', ' || cause || ')' as found,
        recovery_rule || coalesce(' (' || citation || ')', '') as expected
    from overpaid
    union all
    select case when paid_by = 'amount' then 'TE162' else 'TE161' end, employee_id, workweek_start, seconds, corrects,
        case when paid_by = 'amount' then coalesce(amount::varchar, '') || ' is owed as an amount under ' || pay_item
            else coalesce(amount::varchar || ' and ', '') || hours_words(seconds) || ' h are owed' end || ' for this workweek (' || corrects || ', ' || cause || ')',
        null
    from owed)
select found.code, codes.severity, 'pay' as streams, line_id as entry_id, employee_id as employee_ref, workweek_start as worked_on, seconds,
    found.found, coalesce(expected, codes.title) as expected, codes.fix as remedy, null::text as due
from found join codes using (code) order by code, employee_id, workweek_start
