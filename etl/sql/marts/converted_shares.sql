-- One row per converted line × piece: the home currency's share of an entry, beside its share in the line's own currency.
with shares as (select * from largest_remainder('converted_parts')), parameters as (select * from run_parameters)
select line_id, entries.entry_id, entries.version, piece_name(entries.entry_id, entries.version, day_no, class_no) as piece_id,
    amount_of(share, minor_digits) as home_amount, home_currency
from shares left join entries_rounded as entries using (entry_no) cross join parameters order by unit_id % 3, unit_id, part_id
