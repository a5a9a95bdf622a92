-- One row per service item that has pay items of its own in pay_items.csv, numbered by its name.
select service_item, row_number() over (order by service_item)::smallint as paid_apart_no
from (select distinct service_item from map_pay_items where service_item is not null) as items
