-- One row per classified piece of this billing period that the reviewer of the billing worksheet lets wait, with its rate.
select pieces.entry_no, entries.customer_job, entries.service_item, entries.bill_rate, entries.bill_currency,
    digits.minor_digits as bill_minor_digits, pieces.bill_seconds
from pieces_classified as pieces
join (select entries_told.* from entries_told semi join billing_holds using (customer_job, service_item, bill_rate, bill_currency)) as entries using (entry_no)
join currencies as digits on digits.currency = entries.bill_currency cross join run_parameters as parameters
where entries.bill_reason = 'TE183' and pieces.piece_on between bill_period_start and bill_period_end
