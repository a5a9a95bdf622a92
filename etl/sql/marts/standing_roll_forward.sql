-- One row per stream: every entry version received since the beginning, by state. A version is exported when a published
-- batch holds time of it as exported, corrections counted; other seconds of it, and versions due in no batch yet, are open.
-- What the batches export of a version that never came in is in no state: it is left over.
with entries as (select * from entries_rounded),
cut as (select entry_no, sum(worked_seconds)::bigint as seconds from pieces_cut group by entry_no),
streams as (
    select entry_id, version, entry_no, 'pay' as stream, pay_state as state from entries
    union all select entry_id, version, entry_no, 'cost', cost_state from entries
    union all select entry_id, version, entry_no, 'bill', bill_state from entries),
published as (   -- a batch's pieces inside its own period, with the state their entry had in it
    select pieces.filename, pieces.entry_id, pieces.version, pieces.worked_seconds, pieces.is_in_pay_period,
        pieces.is_in_bill_period, entries.pay_state, entries.cost_state, entries.bill_state
    from exported_pieces as pieces join exported_entries as entries
        on replace(entries.filename, 'entries.parquet', 'pieces.parquet') = pieces.filename
        and entries.entry_id = pieces.entry_id and entries.version = pieces.version),
parts as (
    select 'pay' as stream, entry_id, version, worked_seconds from published where pay_state = 'exported' and is_in_pay_period
    union all
    select 'cost', entry_id, version, worked_seconds from published where cost_state = 'exported' and is_in_pay_period
    union all   -- contractors: what stands on a line of a vendor's bill
    select 'cost', entry_id, version, seconds from exported_allocations where line_id similar to '[0-9]+-V-[0-9]+'
    union all
    select 'bill', entry_id, version, worked_seconds from published where bill_state = 'exported' and is_in_bill_period
    union all
    select stream, entry_id, version, worked_seconds from exported_corrections),
exported as (   -- a version whose lines a later batch took back is exported no more
    select stream, entry_id, version, sum(worked_seconds)::bigint as seconds from parts
    group by stream, entry_id, version having sum(worked_seconds) <> 0),
placed as (
    select streams.stream, cut.seconds, coalesce(exported.seconds, 0)::bigint as exported_seconds,
        case when exported.entry_id is not null then 'exported' when streams.state = 'exported' then 'open' else streams.state end as state
    from streams join cut using (entry_no)
    left join exported on exported.stream = streams.stream and exported.entry_id = streams.entry_id
        and exported.version = streams.version),
strangers as (   -- exported, and no version that came in
    select stream, count(*) as entries, sum(seconds)::bigint as seconds from exported
    anti join streams using (stream, entry_id, version) group by stream),
totals as (   -- every stream, nothing received included
    select turn, stream, count(state) as received_entries, coalesce(sum(seconds), 0)::bigint as received_seconds,
        count(*) filter (where state = 'exported') as exported_entries, coalesce(sum(exported_seconds), 0)::bigint as exported_seconds,
        count(*) filter (where state = 'held') as held_entries,
        coalesce(sum(seconds) filter (where state = 'held'), 0)::bigint as held_seconds,
        count(*) filter (where state = 'rejected') as rejected_entries,
        coalesce(sum(seconds) filter (where state = 'rejected'), 0)::bigint as rejected_seconds,
        count(*) filter (where state = 'superseded') as superseded_entries,
        coalesce(sum(seconds) filter (where state = 'superseded'), 0)::bigint as superseded_seconds,
        count(*) filter (where state = 'withdrawn') as withdrawn_entries,
        coalesce(sum(seconds) filter (where state = 'withdrawn'), 0)::bigint as withdrawn_seconds,
        count(*) filter (where state = 'out_of_scope') as out_of_scope_entries,
        coalesce(sum(seconds) filter (where state = 'out_of_scope'), 0)::bigint as out_of_scope_seconds,
        count(*) filter (where state = 'open') as open_entries,
        coalesce(sum(seconds) filter (where state = 'open'), 0)::bigint
            + coalesce(sum(seconds - exported_seconds) filter (where state = 'exported'), 0)::bigint as open_seconds
    from (values (1, 'pay'), (2, 'cost'), (3, 'bill')) as every(turn, stream) left join placed using (stream)
    group by turn, stream)
select totals.* exclude (turn),
    received_entries - exported_entries - held_entries - rejected_entries - superseded_entries - withdrawn_entries
        - out_of_scope_entries - open_entries - coalesce(strangers.entries, 0) as entries_left,
    received_seconds - exported_seconds - held_seconds - rejected_seconds - superseded_seconds - withdrawn_seconds
        - out_of_scope_seconds - open_seconds - coalesce(strangers.seconds, 0) as seconds_left
from totals left join strangers using (stream) order by turn
