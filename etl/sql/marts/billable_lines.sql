-- One row per customer:job × service item × rate: quantity as printed × rate = amount.
with lines as (select * from bill_lines_rounded), parameters as (select * from run_parameters)
select format('{}-B-{:03d}', batch_text, bill_line_no) as line_id, customer_job, service_item, bill_rate, bill_seconds,
    ((quantity_units * ten_to(6 - quantity_digits))::decimal(18, 0) * 0.000001::decimal(7, 6))::decimal(18, 6)
        as quantity_hours,
    quantity_digits, amount_of(amount_minor, bill_minor_digits) as amount, bill_currency as currency
from lines cross join parameters order by bill_line_no
