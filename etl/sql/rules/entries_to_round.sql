-- One row per entry version with the number of the rule of rounding for pay and for billing: of those in force on the day
-- worked the most specific one.
select entries.*, pay.rule_no as pay_rule_no, bill.rule_no as bill_rule_no
from entries_with_states as entries
left join rounding_spans as pay on pay.law_key = coalesce(entries.law_key, -1) and worked_on between pay.span_from and pay.span_to
left join bill_rounding_on_day as bill using (work_no)
