-- One row per company × week, the newest last: Monday to Sunday, named as ISO 8601 does, up to the week of the day asked about.
with offsets as (select company, weeks, (date_trunc('week', as_of)::date - 7 * unnest(range(weeks))::int) as first_day from kpi_companies cross join kpi_parameters)
select company, strftime(first_day, '%G-W%V') as week, first_day, first_day + 6 as last_day from offsets
