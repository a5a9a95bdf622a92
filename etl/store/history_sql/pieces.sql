-- One row per entry × day × hour class and batch, with the rule that made it and the job and item of its entry.
-- Where is_in_pay_period holds, each second paid stands exactly once over all batches; likewise is_in_bill_period.
with pieces as (select * from stored.pieces), entries as (select * from stored.entries)
select company, period_end, batch, audit_number, piece_id, entry_id, version, pieces.employee_id, employee_name, piece_on,
    workweek_start, hour_class, pay_item, customer_job, service_item, class, hour_kind, pieces.worked_seconds,
    pieces.pay_seconds, pieces.bill_seconds, premium_seconds, rule_id, rule_sentence, is_in_pay_period, is_in_bill_period
from pieces left join entries using (company, period_end, batch, audit_number, entry_id, version)
