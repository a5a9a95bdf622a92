-- One row per batch × journal × account × customer:job × class that differs, and per journal the line that balances it. With the
-- books' lock date known, what lies in another month of the original period is a journal of its own.
with parts as (
    select batch, part_on, account, customer_job, class, sum(amount) as amount, sum(seconds)::bigint as seconds, min(cause_rank) as cause_rank
    from correction_caused where stream = 'cost' group by batch, part_on, account, customer_job, class),
counters as (   -- lines that balance the others, both sides
    select batch, is_now, line_id, account, amount from side_postings as lines
    anti join side_allocations using (is_now, batch, line_id) where split_part(line_id, '-', 2) = 'L'
    union all
    select batch, false, line_id, account, amount from earlier_corrections as lines
    anti join earlier_parts using (line_id) where stream = 'cost'),
rounding as (select max(account) as difference_account from map_accounts where purpose = 'rounding_difference'),
counter_accounts as (
    select batch, coalesce(min(account) filter (where is_now and account is distinct from difference_account),
            min(account) filter (where account is distinct from difference_account), min(account)) as counter_account,
        min(line_id) filter (where not is_now and account is distinct from difference_account) as counter_line
    from counters cross join rounding group by batch),
moved_counters as (   -- an account that balanced the original and does no more, and what conversion leaves
    select batch, account, sum(case when is_now then amount else -amount end) as amount, min(line_id) filter (where not is_now) as line_id,
        account is not distinct from any_value(difference_account) as is_difference
    from counters join counter_accounts using (batch) cross join rounding where account <> counter_account group by batch, account having amount <> 0),
debits as (
    select batch, part_on, account, customer_job, class, amount, seconds, cause_rank, null as own_line, 1 as turn from parts
    union all
    select batch, coalesce(part_on, period_end), account, null, null, amount, 0, case when is_difference then coalesce(cause_rank, 7) else 6 end, line_id, 2
    from moved_counters join earlier_batches using (batch)
    left join (select batch, max(part_on) as part_on, min(cause_rank) as cause_rank from parts group by batch) as last_parts using (batch)),
credits as (
    select batch, part_on, counter_account, null as customer_job, null as class, -sum(amount) as amount, 0 as seconds, min(cause_rank) as cause_rank,
        coalesce(counter_line, batch_text || '-L') as own_line, 3 as turn
    from debits join counter_accounts using (batch) join earlier_batches using (batch)
    group by batch, part_on, counter_account, counter_line, batch_text having sum(amount) <> 0),
lines as (select * from debits union all select * from credits),
posted as (select batch, part_on, row_number() over (order by batch, part_on) as document_no from lines where amount <> 0 group by batch, part_on),
of_key as (
    select batch, account, customer_job, class, min(line_id) as line_id from correction_sides where stream = 'cost' and not is_now
    group by batch, account, customer_job, class),
of_entries as (   -- the line that held the same entries before
    select deltas.batch, deltas.account, deltas.customer_job, deltas.class, min(sides.line_id) as line_id
    from correction_deltas as deltas join correction_sides as sides on sides.stream = 'cost' and not sides.is_now
        and sides.batch = deltas.batch and sides.entry_id = deltas.entry_id
    where deltas.stream = 'cost' group by deltas.batch, deltas.account, deltas.customer_job, deltas.class),
memos as (
    select batch, account, customer_job, class, arg_max(memo, is_now::int) as memo from side_postings
    where split_part(line_id, '-', 2) = 'L' group by batch, account, customer_job, class),
placed as (
    select lines.batch, lines.part_on, lines.account, lines.customer_job, lines.class, lines.amount, lines.seconds, lines.cause_rank, lines.turn,
        case when lines.amount <> 0 then document_no end as document_no,
        coalesce(own_line, of_key.line_id, of_entries.line_id, batch_text || '-L') as corrects,
        'Correction of ' || labor_document || coalesce(': ' || memo, '') as memo, labor_posting,
        case when lines.part_on >= books_open_from then lines.part_on else greatest(posting_day, books_open_from) end as posted_on
    from lines join earlier_batches using (batch) cross join correction_parameters left join posted using (batch, part_on)
    left join of_key on of_key.batch = lines.batch and of_key.account = lines.account and of_key.customer_job is not distinct from lines.customer_job
        and of_key.class is not distinct from lines.class
    left join of_entries on of_entries.batch = lines.batch and of_entries.account = lines.account
        and of_entries.customer_job is not distinct from lines.customer_job and of_entries.class is not distinct from lines.class
    left join memos on memos.batch = lines.batch and memos.account = lines.account and memos.customer_job is not distinct from lines.customer_job
        and memos.class is not distinct from lines.class)
select row_number() over (order by document_no nulls last, batch, part_on, turn, account, customer_job nulls first, class nulls first) as line_number,
    row_number() over (partition by document_no order by turn, account, customer_job nulls first, class nulls first)::int as document_line, placed.*
from placed
