-- One row per entry of these weeks that counts for pay, cost or billing, once, as the newest batch knew it, and what batches found.
with found as (
    select company, entry_id, bool_or(code in ('TE007', 'TE008', 'TE009')) as is_unmapped, bool_or(code in ('TE054', 'TE076')) as is_made_twice
    from kpi_history_findings where entry_id is not null group by company, entry_id)
select company, week, source, entry_id, seconds, coalesce(is_unmapped, false) as is_unmapped, coalesce(is_made_twice, false) as is_made_twice
from kpi_history_entries as entries join kpi_weeks using (company) left join found using (company, entry_id)
where worked_on between first_day and last_day
