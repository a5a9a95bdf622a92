-- One row per purpose × source whose worked time looks rounded already and that our rule would round again. The evidence:
-- every valid entry of the source, 20 at least and of 4 lengths at least, is a whole number of 5 minutes or tenths of an hour;
-- of exact minutes not one source in 95 trillion would look so by chance (5 to the power of 20). Where no figure moves there is
-- no finding, nor for one person's habit among others: a tracker's setting shows in all of its entries.
with rules as (select distinct purpose from rounding_rules where mode <> 'none'),
entries as (
    select pulls.source, worked_seconds, pay_seconds <> worked_seconds and pay_state = 'exported' as is_pay_moved,
        bill_seconds <> worked_seconds and bill_state = 'exported' as is_bill_moved
    from entries_rounded join pulls using (pull_number)
    where entry_state is null and hour_kind = 'worked' and exists (select 1 from rules)),
sources as (
    select source, count(*) as count_entries, bool_or(is_pay_moved) as is_pay_moved, bool_or(is_bill_moved) as is_bill_moved,
        case when bool_and(worked_seconds % 3600 = 0) then 3600 when bool_and(worked_seconds % 1800 = 0) then 1800
            when bool_and(worked_seconds % 900 = 0) then 900 when bool_and(worked_seconds % 600 = 0) then 600
            when bool_and(worked_seconds % 360 = 0) then 360 when bool_and(worked_seconds % 300 = 0) then 300 end as input_unit
    from entries group by source),
suspects as (
    select rules.purpose, sources.source, count_entries, input_unit
    from sources join rules on case rules.purpose when 'pay' then is_pay_moved else is_bill_moved end
    where input_unit is not null and count_entries >= 20 and source not in (select source from exact_sources)),
lengths as (   -- looked at for suspects only
    select source, count(distinct worked_seconds) as count_lengths from entries semi join suspects using (source) group by source)
select purpose, source, count_entries, count_lengths, input_unit from suspects join lengths using (source) where count_lengths >= 4
