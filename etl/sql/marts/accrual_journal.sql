-- One row per line of what is accrued at the end of a month inside the period and reversed on the first of the next, debit
-- positive: wages and employer taxes of the days up to it (letter M, reversal MR), and time not yet invoiced at its billed value
-- (N, NR; of the whole billing period where the company accrues at its end). Lines are whole cents of entries; each is converted once,
-- and the lines against them are their sum.
with parameters as (select *, minor_digits as home_digits from run_parameters where accrues),
days as (select entry_no, day_no, class_no, piece_on from pieces_classified),
charges as (select distinct posting_no, key_no, account from charge_keys_shared where letter = 'E' and cost_state = 'exported'),
earned as (
    select 'M' as letter, keys.account, 'accrued_wages' as against, keys.cost_job, keys.class, keys.pay_currency as currency, keys.pay_minor_digits as digits,
        shares.amount_minor, period_end as converted_on
    from labor_allocated as shares join days using (entry_no, day_no, class_no) join labor_keys_shared as keys using (key_no) cross join parameters
    where keys.cost_state = 'exported' and piece_on <= wages_accrued_to
    union all
    select 'M', charges.account, 'accrued_taxes', keys.cost_job, keys.class, keys.pay_currency, keys.pay_minor_digits, shares.amount_minor, period_end
    from charges_allocated as shares join days using (entry_no, day_no, class_no) join charges using (posting_no, key_no)
    join labor_keys_shared as keys using (key_no) cross join parameters where piece_on <= wages_accrued_to
    union all
    select 'N', accounts.account, 'unbilled_receivables', lines.customer_job, entries.class, lines.bill_currency, lines.bill_minor_digits, -shares.amount_minor,
        bill_period_end
    from bill_allocated as shares join days using (entry_no, day_no, class_no) join bill_lines_rounded as lines using (bill_line_no)
    join entries_told as entries using (entry_no) cross join parameters
    left join map_accounts as accounts on accounts.purpose = 'unbilled_income'
    where piece_on <= billing_accrued_to),
summed as (   -- what nobody converts stays out
    select letter, account, against, cost_job, class, currency, digits, sum(amount_minor)::hugeint as own_minor, converted_on
    from earned cross join parameters where currency = home_currency or converts_here or converts_in_books
    group by letter, account, against, cost_job, class, currency, digits, converted_on having sum(amount_minor) <> 0),
posted as (
    select summed.*, currency <> home_currency and not converts_here as is_foreign,
        case when currency <> home_currency and converts_here
            then divide_half_up(own_minor * numerator * ten_to(home_digits), denominator * ten_to(digits)) else own_minor end as posted_minor
    from summed cross join parameters left join fx_resolved as rates using (currency, converted_on)),
against_them as (   -- unbilled receivables by customer:job, accrued wages and taxes as one line
    select letter, accounts.account, against, case when letter = 'N' then cost_job end as cost_job, is_foreign, case when is_foreign then currency else home_currency end as currency,
        case when is_foreign then digits else home_digits end as digits, -sum(posted_minor)::hugeint as posted_minor
    from posted cross join parameters left join map_accounts as accounts on accounts.purpose = against
    group by letter, accounts.account, against, case when letter = 'N' then cost_job end, is_foreign, case when is_foreign then currency else home_currency end,
        case when is_foreign then digits else home_digits end),
lines as (
    select letter, 'line' as line_kind, account, against, cost_job, class, is_foreign, case when is_foreign then currency else home_currency end as currency,
        case when is_foreign then digits else home_digits end as digits, sum(posted_minor)::hugeint as posted_minor
    from posted cross join parameters group by all
    union all by name
    select letter, 'total' as line_kind, against_them.* exclude (letter) from against_them),
numbered as (
    select lines.*, row_number() over (partition by letter order by is_foreign, currency, line_kind, account, cost_job nulls first, class nulls first)::int as line_number,
        case when is_foreign then (1 + dense_rank() over (partition by letter, is_foreign order by currency))::varchar else '' end as part,
        case when letter = 'M' then wages_accrued_to else billing_accrued_to end as accrued_to,
        case when letter = 'M' then wages_accrual_document else unbilled_document end as document,
        case against when 'accrued_wages' then 'Wages' when 'accrued_taxes' then 'Employer taxes' else 'Unbilled' end
            || case when line_kind = 'line' or letter = 'N' then ' ' || coalesce(list_last(string_split(cost_job, ':')), 'internal') else '' end || coalesce(' / ' || class, '') as memo
    from lines cross join parameters),
documents as (
    select document || part as document_number, letter, accrued_to as posted_on, false as is_reversal, line_number, line_kind, account, cost_job, class,
        posted_minor, digits, currency, memo || ' to ' || accrued_to as memo
    from numbered
    union all
    select document || 'R' || part, letter || 'R', accrued_to + 1, true, line_number, line_kind, account, cost_job, class, -posted_minor, digits, currency,
        'Reversal of ' || document || part || ': ' || memo || ' to ' || accrued_to
    from numbered)
select format('{}-{}-{:03d}', batch_text, letter, line_number) as line_id, document_number, letter, line_number, posted_on, line_kind, is_reversal,
    account, cost_job, class, posted_minor, digits as posted_digits, currency as posted_currency, memo
from documents cross join parameters order by letter, line_number
