-- One row per company × week × key figure × part (source, connection or currency) that has data: numerator and denominator, whole
-- numbers, as etl/settings/kpis.csv defines them. A denominator is never 0: where there is nothing, there is no row.
with dated as (
    select company, 'pull_to_reconciled' as kpi, '' as part, reconciled_at::date as day, date_diff('second', pulled_at, reconciled_at) as numerator, 1 as denominator
    from kpi_periods where pulled_at is not null and reconciled_at is not null
    union all
    select company, 'draft_to_approved', '', approved_at::date, date_diff('second', drafted_at, approved_at), 1 from kpi_periods where approved_at is not null
    union all
    select company, 'export_to_books', '', agreed_at::date, date_diff('second', exported_at, agreed_at), 1 from kpi_periods where agreed_at is not null
    union all
    select company, 'exception_days', '', verified_on, business_days, 1 from kpi_resolutions
    union all
    select company, 'exception_minutes', '', verified_on, minutes, 1 from kpi_resolutions where minutes is not null
    union all
    select company, 'api_success', connection, called_at::date, (status between 200 and 399)::int, 1 from ops_calls
    where status between 200 and 399 or status = 0 or status between 500 and 599
    union all
    select company, 'api_milliseconds', connection, called_at::date, milliseconds, 1 from ops_calls where status between 200 and 399
    union all
    select company, case when is_fingerprint then 'repeats_by_fingerprint' else 'repeats_by_key' end, source, recorded_at::date, count_repeats, count_rows
    from kpi_landed where count_rows > 0
    union all   -- what is held for want of a row and stands in suspense is not known apart
    select company, 'unmapped_cost', currency, period_end,
        case when state = 'held' and reason in ('TE008', 'TE009') then (amount * 1000)::hugeint else 0 end, (amount * 1000)::hugeint
    from kpi_history_money anti join (select company, period_end from kpi_history_findings where code in ('TE008', 'TE009') and severity = 'note') as suspense
        using (company, period_end)
    where amount is not null),
touched as (
    select company, week, count(*) as touches from kpi_touches join kpi_weeks using (company)
    where recorded_at::date between first_day and last_day group by company, week),
shipped as (
    select company, week, sum(count_entries) as entries from kpi_history_batches join kpi_weeks using (company)
    where exported_at::date between first_day and last_day group by company, week),
weekly as (
    select company, week, kpi, part, sum(numerator)::hugeint as numerator, sum(denominator)::hugeint as denominator
    from dated join kpi_weeks using (company) where day between first_day and last_day group by company, week, kpi, part
    union all
    select company, week, 'unmapped_entries', '', count(*) filter (where is_unmapped), count(*) from kpi_counted group by company, week
    union all
    select company, week, 'unmapped_hours', '', coalesce(sum(seconds) filter (where is_unmapped and seconds > 0), 0), coalesce(sum(seconds) filter (where seconds > 0), 0)
    from kpi_counted group by company, week
    union all
    select company, week, 'made_twice', source, count(*) filter (where is_made_twice), count(*) from kpi_counted group by company, week, source
    union all
    select company, week, 'touches', '', coalesce(touches, 0), entries from shipped left join touched using (company, week))
select company, week, kpi, part, numerator, denominator from weekly where denominator > 0
