-- One row per entry version with one finding about the entry itself, by precedence. Implausible time (undated, unreadable,
-- negative, over 24 h) is no evidence of hours worked: held in every stream. No time at all: rejected, nothing to post.
with entries as (select * from entries_mapped),
parameters as (select * from run_parameters),
found as (
    select entries.*,
        case when worked_seconds = 0 then 'TE003'
            when is_superseded then 'TE030'
            when is_withdrawn then 'TE031'
            when worked_on < go_live then 'TE032'
            when is_conflict then 'TE020'
            when currency_text is not null and currencies.currency is null then 'TE017'
            when worked_on is null then 'TE001'
            when worked_seconds is null and is_clock_ambiguous then 'TE016'
            when worked_seconds is null then 'TE006'
            when is_clock_ambiguous then 'TE016'
            when worked_seconds < 0 then 'TE004'
            when worked_seconds > 86400 then 'TE002'
            when not is_person_mapped then 'TE007'
        end as entry_code
    from entries cross join parameters
    left join currencies on currencies.currency = entries.currency_text),
missing_pay_rates as (   -- of paid time in the window, a shift that reaches into it included
    select distinct employee_id from found cross join parameters
    where entry_code is null and worker_type = 'employee' and hour_kind <> 'unpaid_leave'
        and (pay_rate is null or pay_currency <> home_currency) and worked_on <= window_end
        and (worked_on >= window_start or worked_seconds > first_day_seconds)),
judged as (
    select found.*, missing_pay_rates.employee_id is not null as is_pay_rate_missing
    from found left join missing_pay_rates on found.employee_id = missing_pay_rates.employee_id)
select * from judged
