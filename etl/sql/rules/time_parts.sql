-- One row per time activity as a part of its person × pay item × period: seconds to whole minutes, largest remainder. Only
-- where a time document is written. The time of contractors and of exempt staff on a salary goes along, never for payroll.
with pieces as (select * from pieces_classified),
entries as (select * from entries_told),
components as (select * from pay_components where pay_seconds > 0),
parameters as (select * from run_parameters),
paid as (
    select entry_no, day_no, class_no, person_no, case when hour_class <> 'salary' then pay_item end as pay_item,
        hour_class <> 'salary' as is_for_payroll, pay_seconds as seconds
    from components left join (select distinct pay_item_no, pay_item from pay_items_ranked) as items using (pay_item_no), parameters where writes_time),
billed as (
    select bill.entry_no, bill.day_no, bill.class_no, entries.person_no, null as pay_item, false as is_for_payroll,
        bill.bill_seconds as seconds
    from bill_pieces as bill join entries using (entry_no), parameters
    where writes_time and entries.worker_type = 'contractor'),
activities as (select * from paid union all select * from billed),
grouped as (
    select activities.*, sum(seconds) over (partition by person_no, pay_item, is_for_payroll)::bigint as group_seconds,
        dense_rank() over (order by person_no, pay_item nulls last, is_for_payroll) as unit_id
    from activities)
select unit_id, entry_no * 128 + day_no * 16 + class_no as part_id, entry_no * 128 + day_no * 16 + class_no as part_order,
    divide_half_up(group_seconds, 60) as unit_total, seconds as weight, pay_item, is_for_payroll, entry_no, day_no, class_no
from grouped
