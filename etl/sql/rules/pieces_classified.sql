-- One row per piece × hour class. The last hours of the workweek carry the overtime; all valid worked time of a person's
-- week counts, held for other streams or not; leave never does. Law: etl/law/overtime_rules.csv (29 U.S.C. 207(a)(1)).
with pieces as not materialized (
    select cut.entry_no, cut.day_no, cut.piece_on, cut.worked_seconds, cut.pay_seconds, cut.bill_seconds, cut.person_no,
        cut.pay_group, cut.hour_kind, cut.pay_state, cut.cost_state, cut.job_no,
        cut.books_class_no, cut.pay_rate_millionths,
        coalesce(cut.cost_reason in ('TE008', 'TE009'), false) as is_cost_unmapped,
        workweek_of(cut.piece_on, cut.week_begins_on) as workweek_start,
        law.rule_id as law_rule_id, law.threshold_seconds, cut.pay_state = 'exported' and cut.hour_kind = 'worked' as is_counted
    from pieces_cut as cut
    left join overtime_rules as law on cut.flsa_status = 'nonexempt' and law.jurisdiction = cut.work_location
        and cut.piece_on between law.effective_from and law.effective_to),
long_weeks as (   -- only these can hold overtime
    select person_no, workweek_start from pieces where is_counted
    group by person_no, workweek_start having sum(pay_seconds) > min(threshold_seconds)),
running as (
    select entry_no, day_no, pay_seconds, threshold_seconds, sum(pay_seconds) over (
            partition by person_no, workweek_start order by entry_no, day_no rows unbounded preceding)::bigint as until_seconds
    from pieces semi join long_weeks using (person_no, workweek_start) where is_counted),
over_limit as (
    select entry_no, day_no, least(pay_seconds, until_seconds - threshold_seconds) as overtime_seconds
    from running where until_seconds > threshold_seconds and pay_seconds > 0),
measured as (
    select pieces.*, coalesce(over_limit.overtime_seconds, 0) as overtime_seconds
    from pieces left join over_limit using (entry_no, day_no)),
both_classes as (
    select measured.*, class_no,
        case class_no when 0 then pay_seconds - overtime_seconds else overtime_seconds end as class_seconds
    from measured cross join (select unnest([0, 1]) as class_no) as classes
    where case class_no when 0 then overtime_seconds <> pay_seconds or pay_seconds = 0 else overtime_seconds > 0 end),
classified as (   -- worked and bill seconds of a piece that is cut at the limit follow its pay seconds, the rest to overtime
    select both_classes.* exclude (law_rule_id, threshold_seconds, overtime_seconds, class_seconds, worked_seconds, bill_seconds, pay_seconds),
        case class_no when 0 then 'regular'::hour_class else 'overtime'::hour_class end as hour_class, class_seconds as pay_seconds,
        case when overtime_seconds = 0 or overtime_seconds = pay_seconds then worked_seconds
            when class_no = 0 then worked_seconds * class_seconds // pay_seconds
            else worked_seconds - worked_seconds * (pay_seconds - overtime_seconds) // pay_seconds end as worked_seconds,
        case when overtime_seconds = 0 or overtime_seconds = pay_seconds then bill_seconds
            when class_no = 0 then bill_seconds * class_seconds // pay_seconds
            else bill_seconds - bill_seconds * (pay_seconds - overtime_seconds) // pay_seconds end as bill_seconds,
        case when is_counted then coalesce(law_rule_id, 'exempt') else 'not-classified' end as rule_id
    from both_classes)
select * from classified
