-- One row per batch × stream × state × reason × currency: the entry roll-forward, with the ISO week its period ends in.
-- In each stream received + carried_in = the states + carried_out, in entries and seconds.
with rolled as (select * from stored.roll_forward)
select company, period_end, strftime(period_end, '%G-W%V') as week, batch, audit_number, stream, state, reason, count_entries,
    seconds, amount, currency
from rolled
