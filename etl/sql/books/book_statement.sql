-- One row per reconciling item as it stands today: since when, how old, by whose decision. A timing item clears by itself; an error
-- is open until the books are corrected or a person accepts it with a reason; what is computed needs nobody.
with owners as (select item, owner, reason, status, person from item_decisions qualify turn = max(turn) over (partition by item))
select items.*, case when code in ('TE224', 'TE244') then 'computed' when owners.status = 'accepted' then 'accepted'
        when severity = 'stop' then 'open' else 'timing' end as status,
    coalesce(owners.owner, '') as owner, coalesce(owners.reason, '') as reason, coalesce(owners.person, '') as decided_by,
    coalesce(earlier.first_seen, today) as first_seen, (today - coalesce(earlier.first_seen, today))::int as age_days, codes.title as cause,
    codes.fix as remedy
from book_items as items
join codes using (code)
left join owners on owners.item = items.item
left join (select item_key, code, min(first_seen) as first_seen from earlier_items group by item_key, code) as earlier on earlier.item_key = items.item_key and earlier.code = items.code
cross join books_today order by kind, period_end, batch, code, item_key
