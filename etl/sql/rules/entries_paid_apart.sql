-- One row per entry version of such a service item; no row where pay_items.csv names none.
select entry_no, paid_apart_no from entries_told join items_paid_apart using (service_item)
