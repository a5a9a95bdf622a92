-- A kind whose rows of the scope table are not all entries that count, or not all their seconds.
with counted as (select count(*) as entries, sum(coalesce(worked_seconds, 0)) as seconds from entry_versions where not is_superseded and not is_withdrawn)
select kind, sum(count_entries) as entries, sum(scope_table.seconds) as seconds from scope_table group by kind
having sum(count_entries) <> (select entries from counted) or sum(scope_table.seconds) <> (select seconds from counted)
