-- One row per piece × hour class. The last hours of the workweek carry the overtime; all valid worked time of a person's
-- week counts, held for other streams or not; leave never does. Law: etl/law/overtime_rules.csv (29 U.S.C. 207(a)(1)).
with pieces as (
    select cut.*, entries.employee_id, entries.pay_group, entries.hour_kind, entries.pay_state, entries.entry_state,
        cut.piece_on - ((isodow(cut.piece_on) - coalesce(groups.workweek_start, 1) + 7) % 7)::int as workweek_start,
        law.rule_id as law_rule_id, law.threshold_seconds,
        entries.pay_state = 'exported' and entries.hour_kind = 'worked' as is_counted
    from pieces_cut as cut join entries_rounded as entries using (entry_no)
    left join pay_groups as groups on entries.pay_group = groups.pay_group
    left join overtime_rules as law on entries.flsa_status = 'nonexempt' and law.jurisdiction = entries.work_location
        and cut.piece_on between law.effective_from and law.effective_to),
running as (
    select pieces.*,
        case when is_counted then sum(case when is_counted then pay_seconds else 0 end) over (
            partition by employee_id, workweek_start order by entry_no, day_no rows unbounded preceding)::bigint end
            as until_seconds
    from pieces),
measured as (
    select running.*,
        case when is_counted and threshold_seconds is not null
            then greatest(0, least(pay_seconds, until_seconds - threshold_seconds)) else 0 end as overtime_seconds
    from running),
straight as (
    select *, 'regular' as hour_class, 0 as class_no, pay_seconds - overtime_seconds as class_seconds
    from measured where overtime_seconds = 0 or overtime_seconds < pay_seconds),
over as (
    select *, 'overtime' as hour_class, 1 as class_no, overtime_seconds as class_seconds from measured where overtime_seconds > 0),
both_classes as (select * from straight union all select * from over),
classified as (   -- worked and bill seconds of a piece that is cut at the limit follow its pay seconds, the rest to overtime
    select entry_no, day_no, class_no, piece_on, started_at, workweek_start, employee_id, pay_group, hour_kind, pay_state,
        entry_state, hour_class, class_seconds as pay_seconds, is_counted,
        case when overtime_seconds = 0 or overtime_seconds = pay_seconds then worked_seconds
            when class_no = 0 then worked_seconds * class_seconds // pay_seconds
            else worked_seconds - worked_seconds * (pay_seconds - overtime_seconds) // pay_seconds end as worked_seconds,
        case when overtime_seconds = 0 or overtime_seconds = pay_seconds then bill_seconds
            when class_no = 0 then bill_seconds * class_seconds // pay_seconds
            else bill_seconds - bill_seconds * (pay_seconds - overtime_seconds) // pay_seconds end as bill_seconds,
        case when is_counted then coalesce(law_rule_id, 'exempt') else 'not-classified' end as rule_id
    from both_classes)
select * from classified
