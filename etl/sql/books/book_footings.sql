-- One row per report and grand total that it prints: what the total says and what its rows add up to, in seconds or in debits.
with totals as (
    select cells.report_no, report_row, printed_seconds(duration) as seconds, printed_number(debit, decimal_sign)::decimal(18, 3) as debits
    from book_cells as cells join book_reports using (report_no)
    where not is_document(kind) and regexp_full_match(lower(trim(coalesce(label, account, person, date, ''))), '(grand )?total')),
summed as (
    select report_no, sum(seconds)::bigint as seconds, sum(case when amount > 0 then amount else 0 end)::decimal(18, 3) as debits
    from book_rows group by report_no)
select report_no, report_row, totals.seconds as printed_seconds, coalesce(summed.seconds, 0) as seconds, totals.debits as printed_debits,
    coalesce(summed.debits, 0)::decimal(18, 3) as debits
from totals left join summed using (report_no)
where totals.seconds <> coalesce(summed.seconds, 0) or (totals.debits <> coalesce(summed.debits, 0) and totals.seconds is null)
order by report_no, report_row
