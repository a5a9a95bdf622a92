-- One row per finding about employer taxes of this run, in the form of an exception item. Nothing here changes a figure.
with taxes as (select * from taxes_rounded),
found as (   -- a person whom no tax answers
    select 'TE190' as code, employee_id, min(workweek_start) as worked_on, 'employee ' || employee_id || ', paid in ' || pay_currency as found
    from taxes where tax is null group by employee_id, pay_currency
    union all   -- wages without a rate
    select 'TE191', employee_id, workweek_start, string_agg(tax, ', ' order by tax) from taxes where count_unknown > 0 group by employee_id, workweek_start
    union all   -- pay of an exported workweek that is paid with this batch
    select 'TE192', employee_id, workweek_start, sum(amount)::varchar || ' ' || currency || ' of this workweek paid now'
    from correction_hours cross join run_parameters where charges_taxes and amount <> 0 group by employee_id, workweek_start, currency
    union all   -- a rate nobody stands for
    select distinct 'TE193', null, null::date, 'payroll_taxes.csv, line ' || map_row || ': ' || rows.tax || ', ' || rows.percent::varchar || ' percent'
    from map_payroll_taxes as rows semi join taxes using (map_row) where confirmed_by is null)
select codes.code, codes.severity, 'cost' as streams, null::varchar as entry_id, employee_id as employee_ref, worked_on, null::bigint as seconds, found,
    codes.title as expected, codes.fix as remedy, null::varchar as due
from found join codes using (code)
