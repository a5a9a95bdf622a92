-- One row per period × state × reason × currency: labor cost exported or held. Asked of the history.
select company, period_end, state, reason, currency, sum(amount)::decimal(18, 3) as amount from roll_forward_by_week
where period_end >= $first_day and stream = 'cost' and state in ('exported', 'held') and amount is not null group by all
