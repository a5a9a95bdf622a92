-- One row per cause: the items of the statement before, what came, what went, what is open now; counts and amounts of both sides add up.
with before as (select code, item_key, amount, seconds from earlier_items where statement_no = (select max(statement_no) from earlier_items)),
today as (select code, item_key, amount, seconds from book_statement),
lines as (
    select code, 1 as opening, 0 as came, 0 as cleared, coalesce(amount, 0) as opening_amount, 0 as closing_amount from before
    union all select code, 0, 1, 0, 0, coalesce(amount, 0) from today where (code, item_key) not in (select (code, item_key) from before)
    union all select code, 0, 0, 1, 0, 0 from before where (code, item_key) not in (select (code, item_key) from today)
    union all select code, 0, 0, 0, 0, coalesce(amount, 0) from today where (code, item_key) in (select (code, item_key) from before))
select code, title as cause, sum(opening)::bigint as opening, sum(came)::bigint as came, sum(cleared)::bigint as cleared,
    (sum(opening) + sum(came) - sum(cleared))::bigint as closing, sum(opening_amount)::decimal(18, 3) as opening_amount, sum(closing_amount)::decimal(18, 3) as closing_amount
from lines join codes using (code) group by code, title order by code
