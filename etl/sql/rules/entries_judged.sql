-- One row per entry version with one finding about the entry itself, by precedence. Implausible time (undated, unreadable,
-- negative, over 24 h) is no evidence of hours worked: held in every stream. No time at all: rejected, nothing to post.
with entries as (select * from entries_mapped),
parameters as (select * from run_parameters),
missing_pay_rates as (
    select distinct employee_id from entries cross join parameters
    where employee_id is not null and worker_type = 'employee' and (pay_rate is null or pay_currency <> home_currency)),
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
        end as entry_code,
        missing_pay_rates.employee_id is not null as is_pay_rate_missing
    from entries cross join parameters
    left join missing_pay_rates on entries.employee_id = missing_pay_rates.employee_id
    left join currencies on currencies.currency = entries.currency_text)
select * from found
