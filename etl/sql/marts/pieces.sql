-- One row per entry × day × hour class of the calculation window, each naming the rule that made it.
with pieces as (select * from pieces_classified),
components as (select * from pay_components),
periods as (select * from run_pay_periods),
parameters as (select * from run_parameters),
named as (
    select piece_name(entries.entry_id, entries.version, pieces.day_no, pieces.class_no) as piece_id,
        pieces.*, entries.entry_id, entries.version, entries.employee_id, items.pay_item,
        coalesce(components.premium_seconds, 0) as premium_seconds,
        case when entries.entry_state is not null then 'not classified: ' || codes.title
            when entries.pay_state <> 'exported' then 'not on the payroll'
            when entries.hour_kind <> 'worked' then 'not hours worked'
            when tiers.tier_no is null then names.regular_sentence
            else case tiers.measure when 'day' then hours_words(measured_seconds) || ' h on ' || dayname(pieces.piece_on)
                when 'seventh' then hours_words(measured_seconds) || ' h on the seventh day worked'
                when 'shift' then hours_words(measured_seconds) || ' h in one shift'
                when 'month' then hours_words(measured_seconds) || ' h of overtime in the month'
                else hours_words(measured_seconds) || ' h in the workweek' end || '; ' || tiers.sentence end as rule_sentence,
        case when is_counted then names.rule_id else 'not-classified' end as rule_id,
        coalesce(pieces.piece_on between periods.period_start and periods.period_end, false) as is_in_pay_period,
        coalesce(pieces.piece_on between bill_period_start and bill_period_end, false) as is_in_bill_period
    from pieces join entries_told as entries using (entry_no)
    left join components using (entry_no, day_no, class_no)
    left join (select distinct pay_item_no, pay_item from pay_items_ranked) as items on items.pay_item_no = components.pay_item_no
    left join periods on periods.pay_group = entries.pay_group
    left join rule_names as names on names.rule_no = pieces.rule_no
    left join overtime_tiers as tiers on tiers.tier_no = pieces.tier_no
    left join codes on codes.code = entries.entry_code
    cross join parameters)
select piece_id, entry_id, version, employee_id, piece_on, workweek_start, hour_class::varchar as hour_class, pay_item, worked_seconds,
    pay_seconds, bill_seconds, premium_seconds, rule_id, rule_sentence, is_in_pay_period, is_in_bill_period
from named order by entry_no, day_no, class_no
