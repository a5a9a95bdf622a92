-- One row per entry worked since a day that counts for pay, cost or billing, as the last batch that met it knew it. Asked of the history.
with newest as (
    select company, entry_id, source, worked_on, worked_seconds, pay_state, cost_state, bill_state from time_entries where period_end >= $first_day
    qualify row_number() over (partition by company, entry_id order by audit_number desc, version desc) = 1)
select company, entry_id, source, worked_on, coalesce(worked_seconds, 0)::bigint as seconds from newest
where worked_on >= $first_day and (pay_state in ('exported', 'held') or cost_state in ('exported', 'held') or bill_state in ('exported', 'held'))
