-- The week in one script, as one would write it by hand for this one company and week: Monday 2026-11-09 to Sunday
-- 2026-11-15, US dollars, 40 hours, tenths of an hour billed. Names become numbers in text order, keys become one number.
create temp table people as
select person_ref, employee_id, worker_type = 'contractor' as is_contractor, flsa_status = 'nonexempt' as is_nonexempt,
    effective_from, effective_to, dense_rank() over (order by employee_id)::int as person_no
from read_parquet(getvariable('folder') || '/map_employees.parquet') where source in ('tracker', '*');

create temp table jobs as
select client_ref, project_ref, customer_job, billing_method = 'time_and_materials' as is_billed, effective_from, effective_to,
    case when customer_job is null then 0 else dense_rank() over (order by customer_job nulls last) end::int as job_no
from read_parquet(getvariable('folder') || '/map_projects.parquet') where source in ('tracker', '*');

create temp table items as
select service_ref, service_item, hour_kind = 'paid_leave' as is_leave, effective_from, effective_to,
    dense_rank() over (order by service_item)::int as item_no
from read_parquet(getvariable('folder') || '/map_items.parquet') where source in ('tracker', '*');

create temp table classes as
select dims.by as kind, ref, value, precedence, effective_from, effective_to, dense_rank() over (order by value)::int as class_no
from read_parquet(getvariable('folder') || '/map_classes.parquet') as dims;

create temp table wages as
select person_no, (pay_rate * 1000000)::bigint as rate, rates.effective_from, rates.effective_to
from read_parquet(getvariable('folder') || '/map_pay_rates.parquet') as rates
join (select distinct employee_id, person_no from people) as persons using (employee_id) where currency = 'USD';

create temp table prices as
select jobs.job_no, items.item_no, persons.person_no, bill_rate, rates.effective_from, rates.effective_to
from read_parquet(getvariable('folder') || '/map_rates.parquet') as rates
left join (select distinct customer_job, job_no from jobs) as jobs using (customer_job)
left join (select distinct service_item, item_no from items) as items using (service_item)
left join (select distinct employee_id, person_no from people) as persons using (employee_id)
where jobs.job_no is not null or customer_job = '*';

-- one row per entry that is evidence of hours worked, in the order of the books
create temp table worked as
with landed as materialized (
    select 'tracker:' || entry_ref as entry_id, person_ref, client_ref, project_ref, service_ref,
        try_cast(start_text as timestamp) as started_local, lower(billable_text) = 'yes' as is_billable,
        epoch_us(try_cast(duration_text as interval)) // 1000000 as seconds
    from read_parquet(getvariable('folder') || '/data/landing/bench-works/pulls/000001-bench/entries.parquet')),
dated as (
    select *, started_local::date as worked_on, timezone('America/Los_Angeles', started_local) as started_at
    from landed where started_local is not null and seconds between 1 and 86400)
select dated.entry_id, dated.worked_on, dated.started_at, dated.seconds, people.person_no, people.is_contractor,
    people.is_nonexempt, coalesce(items.is_leave, false) as is_leave, wages.rate,
    coalesce(jobs.job_no, wide.job_no) as job_no, items.item_no,
    dated.is_billable and coalesce(jobs.is_billed, wide.is_billed, false) and not items.is_leave
        and coalesce(jobs.job_no, wide.job_no) > 0 as is_billed,
    case when by_item.precedence <= coalesce(by_job.precedence, 999)
            and by_item.precedence <= coalesce(by_person.precedence, 999) then by_item.class_no
        when by_job.precedence <= coalesce(by_person.precedence, 999) then by_job.class_no
        else by_person.class_no end as class_no
from dated join people on dated.person_ref = people.person_ref
    and dated.worked_on between people.effective_from and people.effective_to
left join jobs on jobs.project_ref = dated.project_ref and jobs.client_ref = dated.client_ref
    and dated.worked_on between jobs.effective_from and jobs.effective_to
left join jobs as wide on wide.project_ref = dated.project_ref and wide.client_ref = '*'
    and dated.worked_on between wide.effective_from and wide.effective_to
left join items on items.service_ref = dated.service_ref
    and dated.worked_on between items.effective_from and items.effective_to
left join wages on wages.person_no = people.person_no and dated.worked_on between wages.effective_from and wages.effective_to
left join classes as by_item on by_item.kind = 'service_item' and by_item.ref = items.service_item
    and dated.worked_on between by_item.effective_from and by_item.effective_to
left join classes as by_job on by_job.kind = 'customer_job' and by_job.ref = coalesce(jobs.customer_job, wide.customer_job)
    and dated.worked_on between by_job.effective_from and by_job.effective_to
left join classes as by_person on by_person.kind = 'employee' and by_person.ref = people.employee_id
    and dated.worked_on between by_person.effective_from and by_person.effective_to
order by person_no, worked_on, started_at, entry_id;

-- cut at midnight, kept to the week, regular and overtime: one row per entry x day x hour class
create temp table pieces as
with entries as (
    select rowid as entry_no, worked.*, (seconds + 180) // 360 * 360 as tenths,
        (epoch_us(timezone('America/Los_Angeles', (worked_on + 1)::timestamp)) - epoch_us(started_at)) // 1000000 as first_day
    from worked),
days as (
    select * exclude (tenths, first_day), 1 as day_no, worked_on as piece_on, seconds as day_seconds, tenths as day_tenths
    from entries where seconds <= first_day
    union all
    select * exclude (tenths, first_day), 1, worked_on, first_day, tenths * first_day // seconds from entries where seconds > first_day
    union all
    select * exclude (tenths, first_day), 2, worked_on + 1, seconds - first_day, tenths - tenths * first_day // seconds
    from entries where seconds > first_day),
running as (
    select *, sum(case when is_leave then 0 else day_seconds end) over (
            partition by person_no order by entry_no, day_no rows unbounded preceding)::bigint as until
    from days where piece_on between '2026-11-09' and '2026-11-15'),
measured as (
    select * exclude (until),
        case when is_nonexempt and not is_contractor and not is_leave then greatest(0, least(day_seconds, until - 144000)) else 0 end as overtime
    from running),
classed as (
    select *, 0 as over, day_seconds - overtime as piece_seconds, day_tenths * (day_seconds - overtime) // day_seconds as piece_tenths
    from measured where overtime < day_seconds
    union all
    select *, 1, overtime, day_tenths - day_tenths * (day_seconds - overtime) // day_seconds from measured where overtime > 0)
select entry_no * 8 + day_no * 2 + over as part, person_no, piece_seconds, piece_tenths, over, is_contractor, is_leave, is_billed, rate,
    worked_on, job_no, item_no, class_no, job_no is null or item_no is null as is_held
from classed;

-- pay: lines of person x kind x class, keys below them by account, state, job and class, cents by largest remainder
create temp table paid as
with weeks as (
    select person_no, sum(rate * piece_seconds)::hugeint as paid, sum(piece_seconds)::hugeint as seconds
    from pieces where not is_contractor and not is_leave group by person_no having bool_or(over = 1)),
named as (
    select pieces.*, person_no::bigint * 4 + case when is_leave then 0 when over = 1 then 1 else 2 end as line_no,
        job_no is null or item_no is null as is_unmapped,
        case when over = 1 then piece_seconds * (rate * 2 * weeks.seconds + weeks.paid) else rate * piece_seconds end as weight,
        case when over = 1 then weeks.seconds * 72000000 else 36000000 end as divisor
    from pieces left join weeks using (person_no) where not is_contractor)
select part, person_no, line_no, piece_seconds, weight, divisor,
    ((line_no * 4 + case when is_leave then 2 when is_unmapped then 3 when job_no = 0 then 1 else 0 end) * 1024
        + case when is_unmapped and not is_leave then 0 else coalesce(job_no, 0) end) * 1024 + coalesce(class_no, 0) as key_no
from named;

create temp table lines as
select paid.person_no, line_no, sum(piece_seconds)::bigint as seconds,
    case when count(*) = count(weight) then (2 * sum(weight) + any_value(divisor)) // (2 * any_value(divisor)) end::bigint as cents,
    sum(weight) as line_weight
from paid group by paid.person_no, line_no;

create temp table keys as
with summed as (
    select line_no, key_no, sum(weight) as key_weight, min(part) // 8 as first_entry from paid group by line_no, key_no),
cut as (
    select summed.*, cents, cents * key_weight // line_weight as share, cents * key_weight % line_weight as fraction
    from summed join lines using (line_no) where cents is not null),
ranked as (
    select *, cents - sum(share) over (partition by line_no) as left_over,
        row_number() over (partition by line_no order by fraction desc, first_entry, key_no) as turn
    from cut)
select line_no, key_no, key_weight, first_entry, (share + (turn <= left_over)::int)::bigint as key_cents from ranked;

create temp table labor_lines as
select key_no % 4194304 as account_no, row_number() over (order by min((first_entry, key_no)))::int as line_number, sum(key_cents)::bigint as cents
from keys where key_no // 1048576 % 4 < 3 group by account_no;

create temp table labor as
with cut as (
    select part, key_no, piece_seconds, key_cents,
        case when key_weight * key_cents < 9000000000000000000 then (weight::bigint * key_cents) // key_weight::bigint
            else key_cents * weight // key_weight end::bigint as share, weight, key_weight
    from paid join keys using (line_no, key_no) where key_no // 1048576 % 4 < 3),
ranked as (
    select part, key_no, piece_seconds, share, key_cents - sum(share) over (partition by key_no) as left_over,
        row_number() over (partition by key_no order by weight * key_cents - key_weight * share desc, part) as turn
    from cut)
select part, key_no % 4194304 as account_no, piece_seconds, share + (turn <= left_over)::int as cents from ranked;

-- bills: lines of job x item x rate, quantity as printed x rate, cents by largest remainder
create temp table billed as
select part, pieces.job_no, pieces.item_no, piece_tenths,
    coalesce(by_person.bill_rate, by_both.bill_rate, by_job.bill_rate, by_item.bill_rate) as bill_rate
from pieces
left join prices as by_person on by_person.person_no = pieces.person_no
    and worked_on between by_person.effective_from and by_person.effective_to
left join prices as by_both on by_both.job_no = pieces.job_no and by_both.item_no = pieces.item_no
    and worked_on between by_both.effective_from and by_both.effective_to
left join prices as by_job on by_job.job_no = pieces.job_no and by_job.item_no is null
    and worked_on between by_job.effective_from and by_job.effective_to
left join prices as by_item on by_item.item_no = pieces.item_no and by_item.job_no is null
    and worked_on between by_item.effective_from and by_item.effective_to
where is_billed and pieces.item_no is not null
    and coalesce(by_person.bill_rate, by_both.bill_rate, by_job.bill_rate, by_item.bill_rate) is not null;

create temp table bill_lines as
with summed as (
    select job_no, item_no, bill_rate, sum(piece_tenths)::bigint as seconds from billed group by job_no, item_no, bill_rate),
printed as (
    select *, case when bill_rate <= 1 then 2 when bill_rate <= 10 then 3 when bill_rate <= 100 then 4 when bill_rate <= 1000 then 5 else 6 end as digits
    from summed),
counted as (
    select *, (2 * seconds * [100, 1000, 10000, 100000, 1000000][digits - 1] + 3600) // 7200 as units from printed)
select row_number() over (order by job_no, item_no, bill_rate)::int as line_number, *,
    ((2 * units * (bill_rate * 1000000)::bigint::hugeint + 10000 * [100, 1000, 10000, 100000, 1000000][digits - 1])
        // (20000 * [100, 1000, 10000, 100000, 1000000][digits - 1]))::bigint as cents
from counted;

create temp table bill_shares as
with cut as (
    select part, line_number, piece_tenths, cents, cents * piece_tenths // seconds as share, cents * piece_tenths % seconds as fraction
    from billed join bill_lines using (job_no, item_no, bill_rate))
select part, line_number, piece_tenths, share
    + (row_number() over (partition by line_number order by fraction desc, part) <= cents - sum(share) over (partition by line_number))::int as cents
from cut;

-- the result: payroll lines, journal, billable lines, and the way of every cent
create table payroll_lines as
select format('0001-P-{:03d}', row_number() over (order by line_no)) as payroll_line_id, employee_id,
    ['Vacation Hourly', 'Overtime 1.5x', 'Hourly Regular'][line_no % 4 + 1] as pay_item, seconds as pay_seconds, cents
from lines join (select distinct employee_id, person_no from people) as persons using (person_no) order by line_no;

create temp table journal as
with named as (
    select line_number, ['Job Costs:Direct Labor', 'Overhead:Internal Labor', 'Overhead:Paid Leave'][account_no // 1048576 + 1] as account,
        customer_job, class_names.value as class, cents,
        case when account_no // 1048576 = 2 then 'Paid leave' else 'Labor ' || coalesce(split_part(customer_job, ':', -1), 'internal') end
            || coalesce(' / ' || class_names.value, '') as memo
    from labor_lines
    left join (select distinct job_no, customer_job from jobs where job_no > 0) as job_names on job_names.job_no = account_no // 1024 % 1024
    left join (select distinct class_no, value from classes) as class_names on class_names.class_no = account_no % 1024)
select * from named
union all
select count(*) + 1, 'Accrued Wages Payable', null, null, -sum(cents), 'Gross wages week 2026-W46' from named;

create table postings as
select format('0001-L-{:03d}', line_number) as line_id, 'TB0001L' as document_number, line_number, date '2026-11-15' as posted_on,
    account, customer_job, class, cents, 'USD' as currency, memo
from journal
union all
select format('0001-R-{:03d}', line_number), 'TB0001LR', line_number, date '2026-11-16', account, customer_job, class,
    -cents, 'USD', 'Reversal of TB0001L: ' || memo
from journal order by document_number, line_number;

create table billable_lines as
select format('0001-B-{:03d}', line_number) as line_id, customer_job, service_item, bill_rate, seconds as bill_seconds,
    units * [10000, 1000, 100, 10, 1][digits - 1] as quantity_millionths, cents, 'USD' as currency
from bill_lines join (select distinct job_no, customer_job from jobs) as job_names using (job_no)
join (select distinct item_no, service_item from items) as item_names using (item_no) order by line_number;

create table allocations as
with lines as (
    select line_id, row_number() over (order by line_id) as turn, is_labor, key
    from (select format('0001-L-{:03d}', line_number) as line_id, true as is_labor, account_no as key from labor_lines
        union all select format('0001-B-{:03d}', line_number), false, line_number from bill_lines)),
shares as (
    select turn, line_id, part, piece_seconds as seconds, cents from labor join lines on is_labor and lines.key = labor.account_no
    union all
    select turn, line_id, part, piece_tenths, cents from bill_shares join lines on not is_labor and lines.key = bill_shares.line_number)
select line_id, entry_id, 1 as version, entry_id || '/1/' || (part // 2 % 4) || case part % 2 when 1 then 'o' else 'r' end as piece_id,
    shares.seconds, cents, 'USD' as currency
from shares join worked on worked.rowid = part // 8 order by turn, part;
