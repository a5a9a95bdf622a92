-- One row per classified piece that is billed in this billing period, with its rate.
with pieces as (select * from pieces_classified),
parameters as (select * from run_parameters),
billed as (
    select pieces.entry_no, pieces.day_no, pieces.class_no, pieces.piece_on, pieces.bill_seconds,
        works.customer_job, works.service_item, entries.bill_rate, entries.bill_currency,
        digits.minor_digits as bill_minor_digits
    from pieces join entries_rounded as entries using (entry_no) join work_on_day as works using (work_no) cross join parameters
    join currencies as digits on digits.currency = entries.bill_currency
    where entries.bill_state = 'exported' and pieces.piece_on between bill_period_start and bill_period_end)
select * from billed
