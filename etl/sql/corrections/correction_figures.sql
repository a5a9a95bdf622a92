-- One row per control figure of the corrections, each side counted on its own path: whole lines on the left, entries on the right.
with posted as (select * from correction_postings cross join correction_parameters where split_part(line_id, '-', 2) = 'C'),
figures as (
    select 1 as turn, 'corrections, pay seconds' as figure, 'correcting lines' as left_name, coalesce(sum(seconds), 0)::varchar as left_value, 'entries' as right_name,
        (select coalesce(sum(parts.seconds), 0) from correction_parts as parts semi join (select line_id from corrections where stream = 'pay') as own using (line_id))::varchar as right_value
    from corrections where stream = 'pay'
    union all
    select 2, 'corrections, labor posted', 'journals', coalesce(sum(amount), 0)::varchar, 'entries, with the lines that balance',
        ((select coalesce(sum(parts.amount), 0) from correction_parts as parts semi join (select line_id from corrections where stream = 'cost') as own using (line_id))
            + (select coalesce(sum(amount), 0) from corrections anti join correction_parts using (line_id) where stream = 'cost'))::decimal(18, 3)::varchar
    from posted
    union all
    select 3, 'corrections, billing ' || currency, 'correcting lines', sum(amount)::varchar, 'entries',
        (select sum(parts.amount) from correction_parts as parts semi join (select line_id from corrections where stream = 'bill') as own using (line_id)
            where parts.currency = lines.currency)::varchar
    from corrections as lines where stream = 'bill' group by currency)
select figure, left_name, left_value, right_name, right_value, (left_value::decimal(18, 3) - right_value::decimal(18, 3))::varchar as difference
from figures where exists (select 1 from corrections) order by turn, figure
