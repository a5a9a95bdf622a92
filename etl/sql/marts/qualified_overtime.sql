-- One row per person × currency: premium of the FLSA and of other law and agreements over the weeks paid in one year, from the
-- batches that were exported. A week whose rate was missing has no amount and is counted.
with weeks as (select * from exported_premiums),
asked as (select * from report_year)
select employee_id, max_by(employee_name, paid_on) as employee_name, currency, count(*) as count_weeks,
    sum(flsa_seconds)::bigint as flsa_seconds, sum(flsa_premium_amount)::decimal(18, 3) as flsa_premium_amount,
    sum(state_premium_amount)::decimal(18, 3) as state_premium_amount, sum(contract_premium_amount)::decimal(18, 3) as contract_premium_amount,
    count(*) filter (where premium_amount is null) as count_unpriced
from weeks cross join asked where year(paid_on) = asked.year group by employee_id, currency order by employee_id, currency
