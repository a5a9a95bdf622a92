-- One row per control figure, each side counted on its own path; every difference must be 0.
with counts as (select * from landed_counts), rolled as (select * from roll_forward where state not in ('corrected', 'referred', 'settled')),
figures as (
    select 1 as turn, 'rows landed' as figure, 'landing' as left_name, landed_rows::hugeint as left_value,
        'versions + repeats + other windows' as right_name, (versions + repeats + rows_of_other_windows)::hugeint as right_value from counts
    union all
    select 2, 'hash total of entry ids', 'landing', (select coalesce(sum(md5_number_lower(entry_id) % 1000000007), 0)
            from (select distinct entry_id from entries_keyed semi join entry_versions using (entry_id))),
        'entries', (select coalesce(sum(md5_number_lower(entry_id) % 1000000007), 0) from (select distinct entry_id from entries))
    union all
    select 3, 'worked seconds in the window', 'staging', (select coalesce(sum(worked_seconds), 0) from entry_versions), 'pieces', (select coalesce(sum(worked_seconds), 0) from pieces)
    union all
    select 4, 'pay seconds', 'payroll lines', (select coalesce(sum(pay_seconds), 0) from payroll_lines), 'pieces of the period',
        (select coalesce(sum(pay_seconds), 0) from pieces where is_in_pay_period and pay_item is not null)
    union all
    select 5, 'bill seconds', 'billable lines', (select coalesce(sum(bill_seconds), 0) from billable_lines), 'allocations',
        (select coalesce(sum(seconds), 0) from allocations semi join billable_lines using (line_id))
    union all
    select 10 + row_number() over (order by stream), 'entries, stream ' || stream, 'received',
        sum(count_entries) filter (where state = 'received'), 'sum of the states',
        sum(count_entries) filter (where state not in ('received', 'carried_in', 'carried_out', 'undated'))
    from rolled group by stream
    union all
    select 20 + row_number() over (order by stream), 'seconds, stream ' || stream, 'received + carried in',
        sum(seconds) filter (where state in ('received', 'carried_in')), 'states + carried out',
        sum(seconds) filter (where state not in ('received', 'carried_in', 'undated'))
    from rolled group by stream),
paid_in as (   -- the home currency, and any other that people are paid in: never one sum of both
    select home_currency as currency, '' as words from run_parameters
    union all select distinct payroll_lines.currency, ' ' || payroll_lines.currency from payroll_lines cross join run_parameters where payroll_lines.currency <> home_currency),
labor_shares as (select currency, sum(amount) as amount from allocations semi join (select line_id from labor_journal where letter = 'L') using (line_id) group by currency),
money as (
    select 30 as turn, 'labor, gross' || words as figure, 'payroll lines' as left_name,
        (select coalesce(sum(amount), 0) from payroll_lines where payroll_lines.currency = paid_in.currency) as left_value, 'roll-forward, stream cost' as right_name,
        (select coalesce(sum(amount), 0) from rolled where stream = 'cost' and rolled.currency = paid_in.currency)
            - (select coalesce(sum(amount), 0) from vendor_lines where vendor_lines.currency = paid_in.currency) as right_value from paid_in
    union all
    select 31, 'labor posted' || words, 'journal debits', (select coalesce(sum(amount_of(own_minor, pay_minor_digits)), 0)
            from labor_journal where letter = 'L' and line_kind = 'line' and pay_currency = paid_in.currency),
        'allocations to entries', (select coalesce(sum(amount), 0) from labor_shares
            where labor_shares.currency = paid_in.currency) from paid_in
    union all
    select 32, 'billable ' || currency, 'billable lines', coalesce(sum(amount) filter (where is_line), 0), 'allocations to entries',
        coalesce(sum(amount) filter (where not is_line), 0)
    from (select currency, amount, true as is_line from billable_lines
        union all select currency, amount, false from allocations semi join billable_lines using (line_id)) as billed
    group by currency
    union all
    select 33, 'journals, debit less credit' || words, 'sum', (select coalesce(sum(amount), 0) from postings where postings.currency = paid_in.currency), 'zero', 0
    from paid_in
    union all
    select 34, 'pay additions' || any_value(words), 'payroll lines', sum(amount), 'pay additions',
        (select coalesce(sum(amount), 0) from pay_additions where pay_additions.currency = payroll_lines.currency)
    from payroll_lines semi join pay_additions using (payroll_line_id) join paid_in using (currency) group by payroll_lines.currency
    union all
    select 35, 'contractors ' || currency, 'lines of vendors'' bills', coalesce(sum(amount) filter (where is_line), 0), 'allocations to entries',
        coalesce(sum(amount) filter (where not is_line), 0)
    from (select currency, amount, true as is_line from vendor_lines
        union all select currency, amount, false from allocations semi join vendor_lines using (line_id)) as owed
    group by currency
    union all
    select 36, 'converted from ' || conversions.currency || ', ' || document_number, 'lines', sum(home_amount) filter (where line_kind = 'line'),
        'total and rounding difference', -coalesce(sum(home_amount) filter (where line_kind <> 'line'), 0)
    from conversions group by conversions.currency, document_number
    union all
    select 37, 'converted, entries', 'lines', coalesce(sum(home_amount), 0), 'shares of entries', (select coalesce(sum(home_amount), 0) from converted_shares)
    from conversions where line_kind = 'line' and not contains(line_id, 'R-') having count(*) > 0
    union all
    select 38, 'burden, estimate' || words, 'person-weeks', (select coalesce(sum(amount_of(amount_minor, pay_minor_digits)), 0) from charges_rounded where pay_currency = paid_in.currency),
        'journal debits', coalesce(sum(amount_of(own_minor, pay_minor_digits)), 0)
    from paid_in join labor_journal on letter = 'U' and line_kind = 'line' and pay_currency = currency group by words, currency
    union all
    select 39, 'burden, entries' || words, 'journal debits', coalesce(sum(amount_of(own_minor, pay_minor_digits)), 0), 'allocations to entries',
        (select coalesce(sum(amount), 0) from allocations semi join (select line_id from labor_journal where letter = 'U') using (line_id) where allocations.currency = paid_in.currency)
    from paid_in join labor_journal on letter = 'U' and line_kind = 'line' and pay_currency = currency group by words, currency
    union all
    select 38, 'employer taxes' || words, 'person-weeks', sum(amount), 'posted, held and left',
        (select coalesce(sum(amount_of(charge_minor, pay_minor_digits)), 0) from charge_keys_shared join charges_rounded using (charge_no) where pay_currency = paid_in.currency)
    from paid_in join payroll_taxes using (currency) group by words, currency
    union all
    select 38, 'employer taxes, posted' || words, 'person-weeks', sum(posted_amount), 'journal debits', (select coalesce(sum(amount_of(own_minor, pay_minor_digits)), 0)
            from labor_journal where letter = 'E' and line_kind = 'line' and pay_currency = paid_in.currency)
    from paid_in join payroll_taxes using (currency) group by words, currency
    union all
    select 39, 'employer taxes, entries' || words, 'journal debits', coalesce(sum(amount_of(own_minor, pay_minor_digits)), 0), 'allocations to entries',
        (select coalesce(sum(amount), 0) from allocations semi join (select line_id from labor_journal where letter = 'E') using (line_id) where allocations.currency = paid_in.currency)
    from paid_in join labor_journal on letter = 'E' and line_kind = 'line' and pay_currency = currency group by words, currency
    union all
    select 40, 'invoices ' || currency, 'billable lines, what is written down or up, caps, fees, retainers', coalesce(sum(amount) filter (where is_part), 0),
        'lines of the invoices', coalesce(sum(amount) filter (where not is_part), 0)
    from (select currency, amount, true as is_part from billable_lines where exists (select 1 from invoice_lines)
        union all select currency, amount_of(amount_minor, minor_digits), true from invoice_charges
        union all select currency, amount, false from invoice_lines) as invoiced
    group by currency
    union all
    select 40, case letter when 'M' then 'wages up to the month''s end ' else 'unbilled revenue ' end || currency, 'cents of the days', earned, 'accrued and reversed', posted - left_over
    from accrual_totals),
printed as (
    select turn, figure, left_name, coalesce(left_value, 0)::varchar as left_value, right_name, coalesce(right_value, 0)::varchar as right_value,
        (coalesce(left_value, 0) - coalesce(right_value, 0))::varchar as difference from figures
    union all
    select turn, figure, left_name, left_value::varchar, right_name, right_value::varchar, (left_value - right_value)::varchar from money
    union all
    select 41 + rowid, figure, left_name, left_value, right_name, right_value, difference from correction_figures)
select figure, left_name, left_value, right_name, right_value, difference from printed order by turn, figure
