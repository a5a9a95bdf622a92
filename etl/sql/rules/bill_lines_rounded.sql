-- One row per customer:job × service item × rate of the billing period: quantity as printed × rate = amount, half up.
select * from billable_units('bill_pieces')
