-- One row per valid entry with a start under a rule of grain punch: start and end rounded each on the local clock, the break
-- between them as it was taken. The end is the start, the time worked and the break; a clock change moves whole units.
with ruled as (
    select entries.entry_no, entries.worked_seconds, entries.pull_number, entries.source_row, rules.unit_seconds, rules.mode
    from entries_to_round as entries join rounding_rules as rules on rules.rule_no = entries.pay_rule_no
    where entries.entry_state is null and rules.grain = 'punch'),
clocked as (
    select ruled.*, epoch_us(started_local) // 1000000 % 86400 as start_seconds,
        case when regexp_full_match(break_text, '[0-9]{1,4}') then break_text::bigint * 60 else 0 end as break_seconds
    from ruled join stg_files__time_entries as staged using (pull_number, source_row)
    join landed_texts using (pull_number, source_row) where started_local is not null)
select entry_no, greatest(0, to_unit(start_seconds + worked_seconds + break_seconds, unit_seconds, mode)
    - to_unit(start_seconds, unit_seconds, mode) - break_seconds)::bigint as pay_seconds
from clocked
