-- One row per referral of an amount in dispute (private/referrals.csv) in words: who referred it to whom, since when, until
-- when and why, its age at the period's end, and what was decided. `decision`: pay, drop, or null while it waits.
with said as (
    select referred.*, nullif(resolution, '') as decision, greatest(period_end - referred_on, 0) as age_days, home_currency, period_end
    from map_referrals as referred cross join run_parameters)
select employee_id, day, hour_class, entry_id, decision, map_row, due as due_on,
    concat_ws('; ', regexp_replace(claimed_amount::varchar, '[.]?0{1,4}$', '') || ' ' || home_currency || ' claimed',
        case when decision is null then concat_ws(' ', 'referred to', referred_to, 'by ' || referred_by, 'on ' || referred_on, 'until ' || due)
                || coalesce(', waiting ' || age_days || ' day(s)', '') || case when due < period_end then ', overdue' else '' end
            else concat_ws(' ', case decision when 'pay' then 'to be paid' else 'not to be paid' end || ', decided by', resolved_by, 'on ' || resolved_on) end,
        reason, 'evidence: ' || evidence) as told
from said
