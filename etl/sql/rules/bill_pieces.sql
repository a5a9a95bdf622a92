-- One row per classified piece that is billed in this billing period, with its rate.
with pieces as (select * from pieces_classified),
parameters as (select * from run_parameters),
entries as (
    select entry_no, works.customer_job, works.service_item, rounded.bill_rate, rounded.bill_currency, digits.minor_digits as bill_minor_digits
    from entries_rounded as rounded join work_on_day as works using (work_no)
    join currencies as digits on digits.currency = rounded.bill_currency where rounded.bill_state = 'exported'),
billed as (
    select entry_no, pieces.day_no, pieces.class_no, pieces.piece_on, pieces.bill_seconds, entries.* exclude (entry_no)
    from pieces join entries using (entry_no) cross join parameters where pieces.piece_on between bill_period_start and bill_period_end)
select * from billed
