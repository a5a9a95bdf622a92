-- One row per line of the exported batches that the books can show; `other_amount` is the money of hours as they are printed in
-- hundredths, half up, which a payroll provider pays that multiplies the printed hours. Names as they are written: in composed form.
select lines.* replace (nfc_normalize(account) as account, nfc_normalize(job) as job, nfc_normalize("class") as "class", nfc_normalize(person) as person), case when amount is not null and exact_seconds > 0 then
    amount_of(divide_half_up((amount * ten_to(minor_digits))::hugeint * seconds, exact_seconds), minor_digits) end as other_amount
from batch_lines as lines
order by kind, batch, line_number, line_id
