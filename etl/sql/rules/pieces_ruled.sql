-- One row per piece with the rule that holds for it: by place, pay group and status of the person, by the day worked, and
-- where a rule asks for it by the rate of the hour. Time counts when it is worked time that is paid.
with cut as not materialized (select * from pieces_in_workdays)
select cut.entry_no, cut.day_no, cut.piece_on, cut.workday, cut.started_at, cut.worked_seconds, cut.pay_seconds, cut.bill_seconds,
    cut.person_no, cut.pay_group, cut.hour_kind, cut.pay_state, cut.cost_state, cut.job_no, cut.books_class_no, cut.pay_rate_millionths, cut.differential_millionths,
    coalesce(cut.cost_reason in ('TE008', 'TE009'), false) as is_cost_unmapped,
    workweek_of(cut.workday, cut.week_begins_on) as workweek_start, workweek_end(workweek_start, cut.week_begins_on) as workweek_end,
    law.rule_no, law.family_no, law.has_shift,
    cut.pay_state = 'exported' and cut.hour_kind = 'worked' as is_counted
from cut
left join overtime_rules as law on law.law_key = cut.law_key and cut.workday between law.effective_from and law.effective_to
    and coalesce(cut.pay_rate_millionths, 0) >= law.rate_from and coalesce(cut.pay_rate_millionths, 0) < law.rate_below
