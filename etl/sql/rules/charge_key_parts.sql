-- One row per labor key that an employer charge is made on, as a part of it, for the shares: weighed by its wages as posted.
select charge_no as unit_id, key_no as part_id, key_no as part_order, charges.amount_minor as unit_total, key_minor as weight
from charges_rounded as charges join payroll_lines_rounded as lines using (person_no, workweek_start, pay_currency)
join labor_keys_shared as keys on keys.payroll_line_no = lines.payroll_line_no and keys.cost_state = 'exported' and keys.cost_purpose = 'direct_labor' where percent is not null
