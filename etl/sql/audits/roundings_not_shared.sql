-- Groups rounded together whose entries do not add up to the rounded total, and entries moved by a whole unit or more where
-- each is rounded alone. Must be empty.
with rounded as (
    select entry_no * 2 as part_id, pay_rule_no as rule_no, worked_seconds, pay_seconds as seconds from entries_rounded where entry_state is null and pay_rule_no is not null
    union all
    select entry_no * 2 + 1, bill_rule_no, worked_seconds, bill_seconds from entries_rounded where entry_state is null and bill_rule_no is not null),
groups as (
    select unit_id, any_value(unit_total) as unit_total, sum(seconds) as shared
    from rounding_parts as parts left join rounded using (part_id) group by unit_id),
alone as (
    select rounded.* from rounded join rounding_rules as rules using (rule_no)
    where grain in ('entry', 'punch') and abs(seconds - worked_seconds) >= unit_seconds * case grain when 'punch' then 2 else 1 end
        and seconds <> worked_seconds)
select 'group ' || unit_id as what, unit_total::bigint as expected, shared::bigint as found from groups where unit_total is distinct from shared
union all select 'entry ' || part_id // 2, worked_seconds, seconds from alone
