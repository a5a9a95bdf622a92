-- One row per overpaid person × workweek that waits for a person, per workweek whose pay is owed, and per vendor whose time of an
-- exported period cost something else: what a person should look at.
with overpaid as (
    select employee_id, workweek_start, min(corrects) as corrects, any_value(cause) as cause, -sum(seconds)::bigint as seconds, -sum(amount) as amount,
        any_value(currency) as currency, any_value(recovery_rule) as recovery_rule, any_value(citation) as citation, min(line_id) as line_id
    from corrections where state = 'referred' group by employee_id, workweek_start),
owed as (
    select pay.employee_id, pay.workweek_start, min(corrects) as corrects, sum(pay.seconds)::bigint as seconds, any_value(net) as amount,
        any_value(paid_by) as paid_by, arg_max(pay.pay_item, pay.amount) as pay_item, any_value(cause_word(cause_rank)) as cause
    from correction_pay as pay where paid_by is not null group by pay.employee_id, pay.workweek_start),
vendors as (   -- cost of contractors is not corrected by itself: a bill is the vendor's
    select vendor_id, batch_text, sum(case when is_now then seconds else -seconds end)::bigint as seconds,
        sum(case when is_now then amount else -amount end) as amount, any_value(currency) as currency
    from side_vendor_lines join earlier_batches using (batch) group by vendor_id, batch_text
    having sum(case when is_now then seconds else -seconds end) <> 0 or sum(case when is_now then amount else -amount end) <> 0),
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
    from owed
    union all
    select 'TE163', vendor_id, null::date, seconds, batch_text || '-V', amount::varchar || ' ' || currency || ' and ' || hours_words(abs(seconds))
        || ' h ' || case when seconds < 0 then 'less' else 'more' end || ' than the bill of batch ' || batch_text, null
    from vendors)
select found.code, codes.severity, case when found.code = 'TE163' then 'cost' else 'pay' end as streams, line_id as entry_id, employee_id as employee_ref, workweek_start as worked_on, seconds,
    found.found, coalesce(expected, codes.title) as expected, codes.fix as remedy, null::text as due
from found join codes using (code) order by code, employee_id, workweek_start
