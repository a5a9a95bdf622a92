-- One row per company × cause of what was held or stopped in these weeks, the most hours waiting first: items, each once however many
-- batches met it, their time, the labor cost that waited in the home currency, and how much of all time this and the causes before make up.
with weeks as (select company, min(first_day) as first_day, max(last_day) as last_day from kpi_weeks group by company),
items as (
    select findings.company, code, coalesce(entry_id, employee_ref || '|' || worked_on || '|' || found, found) as item, max(greatest(0, coalesce(seconds, 0))) as seconds
    from kpi_history_findings as findings join weeks using (company)
    where severity <> 'note' and period_end between first_day and last_day group by all),
summed as (select company, code, count(*) as items, sum(seconds)::bigint as seconds from items group by company, code),
money as (
    select company, reason as code, sum(amount) as amount
    from kpi_history_money join weeks using (company) join kpi_companies using (company)
    where state = 'held' and currency = home_currency and period_end between first_day and last_day group by company, reason),
effort as (
    select company, code, sum(minutes)::bigint as minutes from audit_events join weeks using (company)
    where type = 'exception' and recorded_at::date between first_day and last_day group by company, code)
select company, row_number() over turns as turn, summed.code, codes.title, codes.fix as remedy, items, seconds, amount, home_currency as currency, minutes,
    sum(seconds) over (turns rows unbounded preceding)::hugeint as seconds_so_far, sum(seconds) over (partition by company)::hugeint as seconds_of_all
from summed join kpi_companies using (company) join codes on codes.code = summed.code
    left join money on money.company = summed.company and money.code = summed.code
    left join effort on effort.company = summed.company and effort.code = summed.code
window turns as (partition by summed.company order by seconds desc, items desc, summed.code)
order by company, turn
