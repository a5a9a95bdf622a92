-- One row per entry version of a contractor × calendar day: the contract and rate that answer it, or the code that says why
-- none does. What of a contract's cap is left goes to the earliest time of the billing period; the entry that crosses it is
-- cut at the second (`within_seconds`). Without a contracts.csv there is no row.
with asked as (select 'contractor' as worker_type from map_contracts limit 1),
entries as (
    select judged.entry_no, judged.entry_id, judged.vendor_id, customer_job, service_item, worked_on, started_at, worked_seconds,
        across_midnight = 'split' and worked_seconds > first_day_seconds as is_over_midnight, first_day_seconds, second_day_seconds,
        coalesce(vendors.form_1099, '') not in ('', 'none') and vendors.w9_state <> 'on_file' as is_w9_missing,
        case when hour_kind <> 'worked' then 'TE150'
            when vendors.vendor_id is null then 'TE151'
            when name_doubt is not null then name_doubt
            when not is_project_mapped then 'TE008' when not is_item_mapped then 'TE009' else unapproved.code end as code
    from entries_judged as judged join asked using (worker_type) cross join run_parameters
    anti join (select entry_no from entries_scoped where is_labor_out) as left_out using (entry_no)
    left join map_vendors as vendors on vendors.vendor_id = judged.vendor_id
    left join entries_unapproved as unapproved on unapproved.entry_no = judged.entry_no
    where entry_code is null),
answers as (
    select entries.entry_no, max(closeness) as closeness, arg_max(ranked.rowid, closeness) as rate_row,
        list(closeness order by closeness desc) as all_found
    from entries join contract_rates_ranked as ranked on ranked.vendor_id = entries.vendor_id
        and entries.worked_on between ranked.effective_from and ranked.effective_to
        and ranked.customer_job in (entries.customer_job, '*') and ranked.service_item in (entries.service_item, '*')
    where entries.code is null group by entries.entry_no),
answered as (
    select entries.* exclude (code, is_w9_missing, customer_job, service_item),
        case when all_found[2] is distinct from closeness then rate_row end as rate_row,
        case when code is not null then code when closeness is null then 'TE152' when all_found[2] = closeness then 'TE153'
            when is_w9_missing then 'TE154' end as cost_code
    from entries left join answers using (entry_no)),
days as (
    select answered.*, 1 as day_no, worked_on as piece_on, worked_seconds as seconds from answered where is_over_midnight is not true
    union all
    select answered.*, day_no, worked_on + (day_no - 1)::int,
        case day_no when 1 then first_day_seconds when 2 then least(worked_seconds - first_day_seconds, second_day_seconds)
            else worked_seconds - first_day_seconds - second_day_seconds end
    from answered cross join (select unnest([1, 2, 3]) as day_no) as midnights
    where is_over_midnight and (day_no < 3 or worked_seconds > first_day_seconds + second_day_seconds)),
priced as (
    select days.* exclude (is_over_midnight, first_day_seconds, second_day_seconds, worked_on, worked_seconds, rate_row),
        ranked.contract_no, ranked.contract_id, rate_millionths, currency, ranked.minor_digits, has_cap, seconds_left, cost_left,
        cost_code is null and piece_on between bill_period_start and bill_period_end as is_due
    from days left join contract_rates_ranked as ranked on ranked.rowid = rate_row cross join run_parameters),
running as (
    select priced.*, sum(case when is_due then seconds else 0 end) over earlier as due_seconds,
        sum(case when is_due then seconds::hugeint * rate_millionths else 0 end) over earlier as due_cost
    from priced
    window earlier as (partition by contract_no order by piece_on, started_at nulls last, entry_id, entry_no, day_no
        rows between unbounded preceding and current row))
select entry_no, day_no, piece_on, vendor_id, contract_no, contract_id, rate_millionths, currency, minor_digits, cost_left, seconds, cost_code, is_due,
    case when not is_due or not has_cap then seconds
        else greatest(0, least(seconds, coalesce(seconds_left - due_seconds + seconds, seconds),
            case when cost_left is null then seconds
                when cost_left - due_cost + seconds::hugeint * rate_millionths < 0 then 0 when rate_millionths = 0 then seconds
                else divide_whole(cost_left - due_cost + seconds::hugeint * rate_millionths, rate_millionths) end)) end::bigint
        as within_seconds
from running
