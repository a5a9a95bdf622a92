-- One row per line of the journals of labor (letter L, its reversal R), burden (U) and employer taxes (E, ER), debit positive, in the
-- currency it was earned in and as it is posted. Mode accrue: all labor against accrued wages, and the same reversed on the
-- first day after; mode clearing: the same against the account that payroll clears through, for good; mode distribution: labor of
-- jobs out of wages expense (targets reference, 9.1). Taxes go with labor. Burden is
-- applied and stays (9.2). Where amounts are converted here, each line is rounded once to the home currency, the counter line of a
-- currency too, and what is left between them stands on a line of its own.
with parameters as (select *, minor_digits as home_digits from run_parameters where labor_posting <> 'none'),
debits as (
    select lines.*, pay_currency <> home_currency as is_foreign, numerator, denominator
    from (select 'L' as letter, line_number, cost_purpose, account, cost_job, class, pay_currency, pay_minor_digits, amount_minor, memo from labor_lines
        union all select letter, line_number, null, account, cost_job, class, pay_currency, pay_minor_digits, amount_minor, memo from charge_lines) as lines
    cross join parameters left join fx_resolved as rates on rates.currency = lines.pay_currency and rates.converted_on = period_end),
tax_credits as (   -- a tax may have an account of its own
    select keys.pay_currency, charges.credit_account, sum(charge_minor)::hugeint as amount_minor
    from charge_keys_shared as shared join charges_rounded as charges using (charge_no) join labor_keys_shared as keys using (key_no)
    where shared.letter = 'E' and shared.cost_state = 'exported' group by keys.pay_currency, charges.credit_account),
counter as (
    select letter, debits.pay_currency, credit_account, any_value(pay_minor_digits) as pay_minor_digits, any_value(is_foreign) as is_foreign, any_value(numerator) as numerator,
        any_value(denominator) as denominator, -coalesce(any_value(tax_credits.amount_minor), sum(debits.amount_minor))::hugeint as own_minor,
        any_value(last_number) + row_number() over (partition by letter order by any_value(is_foreign), debits.pay_currency, credit_account nulls first) as line_number
    from debits left join tax_credits on letter = 'E' and tax_credits.pay_currency = debits.pay_currency
    join (select letter, count(*) as last_number from debits group by letter) as counted using (letter) group by letter, debits.pay_currency, credit_account),
lines as (
    select letter, line_number, 'line' as line_kind, cost_purpose, account, cost_job, class, pay_currency, pay_minor_digits, is_foreign, numerator, denominator,
        amount_minor as own_minor, memo
    from debits
    union all by name
    select letter, line_number, 'total' as line_kind, coalesce(credit_account, accounts.account) as account, pay_currency, pay_minor_digits, is_foreign, numerator, denominator, own_minor,
        case letter when 'U' then 'Burden applied, estimate ' when 'E' then 'Employer taxes ' else case when labor_posting in ('accrue', 'clearing') then 'Gross wages ' else 'Labor distributed to jobs ' end end
            || period_label || case when is_foreign then ', ' || pay_currency else '' end as memo
    from counter cross join parameters
    left join map_accounts as accounts on accounts.purpose = case when letter = 'U' then 'burden_applied' when labor_posting = 'clearing' then 'payroll_clearing'
        when letter = 'E' then case when labor_posting = 'accrue' then 'accrued_taxes' else 'tax_expense' end when labor_posting = 'accrue' then 'accrued_wages' else 'wages_expense' end),
posted as (
    select lines.*, case when is_foreign and converts_here
            then divide_half_up(own_minor * numerator * ten_to(home_digits), denominator * ten_to(pay_minor_digits))
            else own_minor end as posted_minor
    from lines cross join parameters),
differences as (
    select letter, pay_currency, any_value(pay_minor_digits) as pay_minor_digits, -sum(posted_minor)::hugeint as posted_minor,
        row_number() over (partition by letter order by pay_currency) as turn
    from posted where is_foreign group by letter, pay_currency having sum(posted_minor) <> 0),
journal as (
    select * exclude (numerator, denominator) from posted
    union all by name
    select letter, (select max(lines.line_number) from lines where lines.letter = differences.letter) + turn as line_number, 'difference' as line_kind,
        accounts.account, pay_currency, pay_minor_digits, true as is_foreign, 0::hugeint as own_minor, posted_minor,
        'Rounding difference of conversion, ' || pay_currency as memo
    from differences left join map_accounts as accounts on accounts.purpose = 'rounding_difference'),
numbered as (   -- where the books convert, a document of its own for each foreign currency, numbered as the labor is
    select journal.* replace (line_number::int as line_number), case when is_foreign and converts_in_books
            then (1 + dense_rank() over (partition by is_foreign order by pay_currency))::varchar else '' end as part
    from journal cross join parameters),
documents as (
    select case letter when 'U' then burden_document when 'E' then tax_document else labor_document end || part as document_number, letter, period_end as posted_on,
        false as is_reversal, numbered.* exclude (letter)
    from numbered cross join parameters
    union all by name
    select case letter when 'E' then tax_reversal_document else reversal_document end || part as document_number, case letter when 'E' then 'ER' else 'R' end as letter, period_end + 1 as posted_on, true as is_reversal,
        numbered.* exclude (letter) replace (-own_minor as own_minor, -posted_minor as posted_minor, 'Reversal of ' || case letter when 'E' then tax_document else labor_document end || part || ': ' || memo as memo)
    from numbered cross join parameters where labor_posting = 'accrue' and letter in ('L', 'E'))
select format('{}-{}-{:03d}', batch_text, letter, line_number) as line_id, document_number, letter, line_number, posted_on, line_kind, is_reversal,
    cost_purpose, account, cost_job, class, own_minor, pay_currency, pay_minor_digits, posted_minor,
    case when is_foreign and converts_in_books then pay_currency else home_currency end as posted_currency,
    case when is_foreign and converts_in_books then pay_minor_digits else home_digits end as posted_digits, memo
from documents cross join parameters order by starts_with(letter, 'E'), letter, part, line_number
