-- Employer charges whose money is not the sum of their keys, or what is posted of them not the sum of its entries. Must be empty.
with keys as (select charge_no, sum(charge_minor) as minor from charge_keys_shared group by charge_no),
posted as (select posting_no, sum(charge_minor) as minor from charge_keys_shared where cost_state = 'exported' group by posting_no),
pieces as (select posting_no, sum(amount_minor) as minor from charges_allocated group by posting_no)
select 'charge' as unit, charge_no as unit_no, charges.amount_minor as whole, keys.minor as parts
from charges_rounded as charges left join keys using (charge_no) where charges.amount_minor is not null and charges.amount_minor is distinct from keys.minor
union all
select 'posting', posting_no, posted.minor, pieces.minor from posted left join pieces using (posting_no) where posted.minor is distinct from pieces.minor
