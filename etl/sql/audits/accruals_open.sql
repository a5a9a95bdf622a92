-- Accruals of a month's end that are not the cents of the days up to it, or that their reversal does not take back. Must be empty.
select 'other cents' as what, letter, currency, posted, earned from accrual_totals where posted <> earned or left_over <> 0
union all
select 'not reversed on ' || account, any_value(letter), posted_currency, sum(amount_of(posted_minor, posted_digits)), 0
from accrual_journal group by account, cost_job, class, posted_currency having sum(posted_minor) <> 0
