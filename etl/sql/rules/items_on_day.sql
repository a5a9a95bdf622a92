-- One row per service reference × day that a mapping row answers: service item, kind of hour and class.
with refs as (select rowid::int as item_day_no, * from refs_resolved where kind = 'item')
select refs.item_day_no, refs.source, refs.ref, refs.worked_on, mapped.service_item, mapped.hour_kind::hour_kind as hour_kind,
    classes.books_class_no, classes.precedence
from refs join map_items as mapped using (map_row)
left join classes_numbered as classes on classes.by = 'service_item' and classes.ref = mapped.service_item
    and refs.worked_on between classes.effective_from and classes.effective_to
