-- One row per entry whose pay is in dispute, or was decided not to be owed: a referral names the entry itself, or all time of a
-- person's day, and the one that names it goes first. It is held from payroll alone; what is decided to be paid has no row.
with found as (
    select entries.entry_no, referred.*, worked_seconds, pay_rate_millionths, pay_currency
    from entries_judged as entries join referrals_told as referred on referred.employee_id = entries.employee_id and referred.hour_class = 'hours'
        and (referred.entry_id = entries.entry_id or (referred.entry_id is null and referred.day = entries.worked_on))
    where entry_code is null and worker_type = 'employee' and hour_kind <> 'unpaid_leave'
    qualify row_number() over (partition by entries.entry_no order by referred.entry_id nulls last) = 1)
select found.entry_no, map_row, decision, due_on,
    concat_ws('; ', clock_hours(worked_seconds), amount_words(divide_half_up(pay_rate_millionths::hugeint * worked_seconds,
        3600 * ten_to(6 - currencies.minor_digits)), currencies.minor_digits) || ' ' || pay_currency || ' at their own rate', told) as told
from found left join currencies on currencies.currency = pay_currency
where decision is distinct from 'pay' and found.entry_no not in (select entry_no from holidays_displaced)
