-- One row per valid entry × purpose whose rounding rule counts for several entries together: the group's rounded total and
-- the entry's weight, for the shares. Pay: person, kind of hour and day, day and job, or week. Billing: person, job, item and
-- rate by day or week; person, day and job; or the whole invoice line. What is not billed (other time, billed before) never
-- takes a second from what is.
with entries as (
    select entry_no, employee_id, worked_on, week_begins_on, hour_kind, customer_job, service_item, bill_rate, bill_currency,
        coalesce(bill_reason, bill_state::varchar) as bill_standing, worked_seconds, first_day_seconds, second_day_seconds, pay_rule_no, bill_rule_no
    from entries_to_round where entry_state is null),
rules as (select rule_no, unit_seconds, mode, grain from rounding_rules where grain in ('day', 'day_project', 'week', 'invoice_line')),
paid as (
    select entry_no, 0 as is_bill, rule_no, unit_seconds, mode, worked_seconds, worked_seconds as inside_seconds, employee_id,
        case grain when 'week' then workweek_of(worked_on, week_begins_on) else worked_on end as bucket, hour_kind::varchar as standing,
        case when grain = 'day_project' then customer_job end as job, null::varchar as item, null::decimal(18, 6) as rate, null::varchar as currency
    from entries join rules on rules.rule_no = entries.pay_rule_no),
billed as (
    select entries.*, rules.*, across_midnight = 'split' and first_day_seconds is not null as is_split, bill_period_start,
        case when grain = 'invoice_line' then bill_period_start - worked_on else 0 end as days_to_start,
        case when grain = 'invoice_line' then bill_period_end + 1 - worked_on else 3 end as days_to_end
    from entries join rules on rules.rule_no = entries.bill_rule_no cross join run_parameters),
inside as (   -- an invoice line is a period's: the exact time that an entry over midnight has in it
    select billed.*,
        case when days_to_end <= 0 then 0 when days_to_end >= 3 or not is_split then worked_seconds
            else least(worked_seconds, first_day_seconds + case days_to_end when 2 then second_day_seconds else 0 end) end
        - case when days_to_start <= 0 then 0 when days_to_start >= 3 or not is_split then worked_seconds
            else least(worked_seconds, first_day_seconds + case days_to_start when 2 then second_day_seconds else 0 end) end as inside_seconds
    from billed),
both_purposes as (
    select * from paid
    union all by name
    select entry_no, 1 as is_bill, rule_no, unit_seconds, mode, worked_seconds, inside_seconds,
        case when grain <> 'invoice_line' then employee_id end as employee_id,
        case grain when 'week' then workweek_of(worked_on, week_begins_on) when 'invoice_line' then bill_period_start else worked_on end as bucket,
        bill_standing as standing, customer_job as job, case when grain <> 'day_project' then service_item end as item,
        case when grain <> 'day_project' then bill_rate end as rate, case when grain <> 'day_project' then bill_currency end as currency
    from inside),
grouped as (
    select entry_no, is_bill, unit_seconds, mode, worked_seconds, inside_seconds,
        dense_rank() over (order by is_bill, rule_no, bucket, employee_id, standing, job, item, rate, currency) as unit_id
    from both_purposes),
totals as (   -- what lies partly in the period stays exact, and the line is rounded together with it
    select grouped.*, sum(inside_seconds) over (partition by unit_id)::bigint as group_seconds,
        sum(case when inside_seconds < worked_seconds then inside_seconds else 0 end) over (partition by unit_id)::bigint as partial_seconds
    from grouped)
select unit_id, entry_no * 2 + is_bill as part_id, entry_no as part_order, worked_seconds as weight,
    greatest(0, to_unit(group_seconds, unit_seconds, mode) - partial_seconds) as unit_total
from totals where inside_seconds = worked_seconds
