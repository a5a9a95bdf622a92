-- One row per law key (place, pay group and status of people; -1: of nobody known) × span of days with a rule for pay: of the
-- rules in force the most specific one. Days are inclusive.
with rules as (select * from rounding_rules where purpose = 'pay'),
keys as (select law_key, work_location, pay_group from law_keys union all select -1, null, null),
cuts as (select effective_from as cut_on from rules union select effective_to + 1 from rules),
spans as (select cut_on as span_from, lead(cut_on) over (order by cut_on) - 1 as span_to from cuts),
met as (
    select keys.law_key, keys.work_location, spans.span_from, spans.span_to, rules.rule_no,
        row_number() over (partition by keys.law_key, spans.span_from order by rules.closeness desc) as turn
    from keys cross join spans join rules on spans.span_from between rules.effective_from and rules.effective_to
        and coalesce(rules.pay_group, keys.pay_group, '') = coalesce(keys.pay_group, '')
        and coalesce(rules.work_location, keys.work_location, '') = coalesce(keys.work_location, '')
    where spans.span_to is not null)
select law_key, work_location, span_from, span_to, rule_no from met where turn = 1
