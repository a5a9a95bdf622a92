-- One row per unit × customer:job × service item × class as a part of it, for the shares; numbered as lines of the bills.
with pieces as (
    select units.unit_no, units.amount_minor, customer_job, service_item, class, sum(pieces.seconds)::bigint as seconds
    from vendor_pieces as pieces join vendor_units_rounded as units using (contract_no, rate_millionths, over_no)
    group by units.unit_no, units.amount_minor, customer_job, service_item, class)
select unit_no as unit_id, row_number() over (order by unit_no, customer_job nulls last, service_item, class nulls last) as part_id,
    part_id as part_order, amount_minor as unit_total, seconds as weight, customer_job, service_item, class
from pieces
