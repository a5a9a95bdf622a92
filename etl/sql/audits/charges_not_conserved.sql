-- Employer charges whose money is not the sum of their keys, or keys that are not the sum of their entries. Must be empty.
with keys as (select charge_no, sum(charge_minor) as minor from charge_keys_shared group by charge_no),
pieces as (select key_no, sum(amount_minor) as minor from charges_allocated group by key_no)
select 'charge' as unit, charge_no as unit_no, charges.amount_minor as whole, keys.minor as parts
from charges_rounded as charges left join keys using (charge_no) where charges.amount_minor is not null and charges.amount_minor is distinct from keys.minor
union all
select 'key', key_no, charge_minor, pieces.minor from charge_keys_shared left join pieces using (key_no) where charge_minor is distinct from pieces.minor
