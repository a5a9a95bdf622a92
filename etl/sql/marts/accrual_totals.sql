-- One row per accrual × currency: what its lines come to, what the cents of the days up to it come to by the allocations (none told
-- where amounts are converted here: the journal converts sums), and what is left after the reversal. Income and wages positive.
with parameters as (select * from run_parameters where accrues),
lines as (select accrual_journal.* from accrual_journal cross join parameters),
found as (
    select left(letter, 1) as letter, posted_currency as currency,
        sum(amount_of(posted_minor, posted_digits)) filter (where line_kind = 'line' and not is_reversal) * case left(letter, 1) when 'N' then -1 else 1 end as posted,
        sum(abs(amount_of(posted_minor, posted_digits))) filter (where not is_reversal) - sum(abs(amount_of(posted_minor, posted_digits))) filter (where is_reversal) as left_over
    from lines group by left(letter, 1), posted_currency),
days as (
    select line_id, amount, currency, piece_on, wages_accrued_to, billing_accrued_to from allocations join pieces using (piece_id)
    cross join parameters where not converts_here and (currency = home_currency or converts_in_books)),
earned as (
    select 'M' as letter, currency, sum(amount) as amount from days
    where piece_on <= wages_accrued_to and line_id in (select line_id from labor_journal where letter in ('L', 'E')) group by currency
    union all
    select 'N', currency, sum(amount) from days where piece_on <= billing_accrued_to and line_id in (select line_id from billable_lines) group by currency)
select coalesce(found.letter, earned.letter) as letter, coalesce(found.currency, earned.currency) as currency,
    coalesce(posted, 0)::decimal(18, 3) as posted, case when converts_here then coalesce(posted, 0) else coalesce(earned.amount, 0) end::decimal(18, 3) as earned,
    coalesce(left_over, 0)::decimal(18, 3) as left_over
from found full join earned on earned.letter = found.letter and earned.currency = found.currency cross join parameters
