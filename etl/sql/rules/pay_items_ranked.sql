-- One row per hour kind × class × service item with pay items of its own (0: all others): what the hours are paid as and,
-- for leave, the account and kind that differ from the usual. A row that names the service item goes before one that does not.
with apart as (select 0::smallint as paid_apart_no, null::varchar as service_item union all select paid_apart_no, service_item from items_paid_apart),
matched as (
    select apart.paid_apart_no, items.*, row_number() over (
            partition by apart.paid_apart_no, items.hour_kind, items.hour_class order by items.service_item nulls last) as turn
    from apart join map_pay_items as items on items.service_item is null or items.service_item = apart.service_item),
chosen as (select * from matched where turn = 1)
select paid_apart_no, hour_kind::hour_kind as hour_kind, hour_class::hour_class as hour_class, pay_item, account, leave_kind,
    dense_rank() over (order by pay_item)::smallint as pay_item_no,
    case when coalesce(account, leave_kind) is not null
        then dense_rank() over (order by account nulls first, leave_kind nulls first)::smallint else 0::smallint end as leave_no
from chosen
