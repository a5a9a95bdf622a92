-- One row per hour kind × hour class × pay item with time that is paid in this run, as the suite `pieces` looks at it:
-- a few rows stand for all pieces, so that the suite costs the same for a hundred entries and for a million.
with names as (select distinct pay_item_no, pay_item from pay_items_ranked),
paid as (select * from pay_components left join names using (pay_item_no))
select null::text as entry_id, null::text as employee_ref, null::date as worked_on, sum(pay_seconds)::bigint as seconds,
    hour_kind || ', ' || hour_class as subject, hour_kind::varchar as hour_kind, hour_class::varchar as hour_class, count(*) as count_pieces, sum(pay_seconds)::bigint as pay_seconds,
    sum(premium_seconds)::bigint as premium_seconds, pay_item
from paid group by paid.hour_kind, paid.hour_class, pay_item order by paid.hour_kind, paid.hour_class, pay_item
