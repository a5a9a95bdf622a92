-- One row per entry version with exactly one state and reason in each stream. A mapping gap holds cost and bill, never pay.
with entries as (
    select entries.* exclude (vendor_id, last_worked_on, is_clock_ambiguous, is_conflict, is_superseded, is_withdrawn, is_currency_unknown, pay_currency,
            time_code, person_doubt),
        case when unpriced.person_no is null then false else list_has_any(weeks, own_weeks(worked_on, last_worked_on, week_begins_on)) end as is_pay_rate_missing,
        case when unpriced.person_no is null then false else list_has_any(mixed_weeks, own_weeks(worked_on, last_worked_on, week_begins_on)) end as is_pay_mixed,
        apart.state as apart_state, apart.code as apart_code, apart.time_code, apart.is_pay_out, apart.is_labor_out, apart.is_bill_out,
        coalesce(contracted.cost_state, 'out_of_scope'::entry_state) as contractor_state,
        case when contracted.entry_no is null then 'TE042' else contracted.cost_reason end as contractor_reason,
        case when waiting.customer_job is not null then 'TE183' when untaxed.customer_job is not null then 'TE180' end as invoice_reason
    from entries_judged as entries
    left join contract_entries as contracted using (entry_no)
    left join (select person_no, list(workweek_start) as weeks, coalesce(list(workweek_start) filter (where is_mixed), []) as mixed_weeks
        from pay_rates_missing group by person_no) as unpriced on unpriced.person_no = entries.person_no   -- few people, so by person alone
    left join (select entry_no, any_value(state) as state, any_value(code) as code, any_value(time_code) as time_code, any_value(is_pay_out) as is_pay_out,
            any_value(is_labor_out) as is_labor_out, any_value(is_bill_out) as is_bill_out from (   -- few rows, in one join
            select entry_no, 'out_of_scope'::entry_state as state, 'TE135' as code, null::varchar as time_code, null::boolean as is_pay_out,
                null::boolean as is_labor_out, null::boolean as is_bill_out from holidays_displaced
            union all by name
            select entry_no, case when decision is null then 'held' else 'out_of_scope' end::entry_state as state, case when decision is null then 'TE194' else 'TE197' end as code
            from entries_disputed
            union all by name select entry_no, code as time_code from entries_unapproved
            union all by name select entry_no, is_pay_out, is_labor_out, is_bill_out from entries_scoped) as found group by entry_no) as apart on apart.entry_no = entries.entry_no
    left join billing_holds as waiting on waiting.customer_job = entries.customer_job and waiting.service_item = entries.service_item
        and waiting.bill_rate = entries.bill_rate and waiting.bill_currency = entries.bill_currency
    left join (select * from tax_codes_on_day where tax_code is null) as untaxed on untaxed.customer_job = entries.customer_job
        and untaxed.service_item = entries.service_item),
parameters as (select * from run_parameters),
gaps as (
    select entries.*, unmapped_mode, labor_posting, has_bill_period, holds_unapproved_pay,
        case entry_code when 'TE003' then 'rejected'::entry_state when 'TE030' then 'superseded'::entry_state when 'TE031' then 'withdrawn'::entry_state
            when 'TE032' then 'out_of_scope'::entry_state when 'TE033' then 'out_of_scope'::entry_state else case when entry_code is not null then 'held'::entry_state end end as entry_state,
        case when not is_project_mapped then 'TE008' when not is_item_mapped then 'TE009' end as mapping_code
    from entries cross join parameters),
ranked as (   -- out of scope goes before held, and after what is no valid version
    select gaps.*, coalesce(entry_state = 'held', true) as may_leave_out from gaps),
decided as (
    select ranked.* exclude (name_doubt, unmapped_mode, labor_posting, has_bill_period, holds_unapproved_pay, time_code, billing_method, is_person_mapped, is_project_mapped,
            is_item_mapped, is_billable_unreadable, is_already_billed, is_pay_rate_missing, is_pay_mixed, apart_state, apart_code, contractor_state,
            contractor_reason, invoice_reason, is_pay_out, is_labor_out, is_bill_out, may_leave_out, mapping_code),
        mapping_code is null as is_mapped,
        case when is_pay_out and may_leave_out then 'out_of_scope'::entry_state when entry_state is not null then entry_state when worker_type = 'contractor' then 'out_of_scope'::entry_state
            when hour_kind = 'unpaid_leave' then 'out_of_scope'::entry_state when apart_state is not null then apart_state
            when time_code is not null and holds_unapproved_pay then 'held'::entry_state else 'exported'::entry_state end as pay_state,
        case when is_pay_out and may_leave_out then 'TE137' when entry_state is not null then entry_code when worker_type = 'contractor' then 'TE040'
            when hour_kind = 'unpaid_leave' then 'TE041' when apart_state is not null then apart_code when holds_unapproved_pay then time_code end as pay_reason,
        case when is_labor_out and may_leave_out then 'out_of_scope'::entry_state when entry_state is not null then entry_state when worker_type = 'contractor' then contractor_state
            when hour_kind = 'unpaid_leave' or apart_state = 'out_of_scope' then 'out_of_scope'::entry_state when labor_posting = 'none' then 'out_of_scope'::entry_state
            when apart_state is not null then apart_state
            when is_pay_rate_missing then 'held'::entry_state
            when name_doubt is not null and hour_kind = 'worked' then 'held'::entry_state
            when mapping_code is not null and hour_kind = 'worked' and unmapped_mode = 'suspense' and time_code is not null then 'held'::entry_state
            when mapping_code is not null and hour_kind = 'worked' then
                case when unmapped_mode = 'suspense' then 'exported'::entry_state else 'held'::entry_state end
            when labor_posting = 'distribution' and (customer_job is null or hour_kind <> 'worked') then 'out_of_scope'::entry_state
            when time_code is not null then 'held'::entry_state else 'exported'::entry_state end as cost_state,
        case when is_labor_out and may_leave_out then 'TE138' when entry_state is not null then entry_code when worker_type = 'contractor' then contractor_reason
            when hour_kind = 'unpaid_leave' then 'TE041' when apart_state = 'out_of_scope' then apart_code when labor_posting = 'none' then 'TE043'
            when apart_state is not null then apart_code
            when is_pay_rate_missing and is_pay_mixed then 'TE120' when is_pay_rate_missing then 'TE012'
            when name_doubt is not null and hour_kind = 'worked' then name_doubt
            when mapping_code is not null and hour_kind = 'worked' and unmapped_mode = 'suspense' and time_code is not null then time_code
            when mapping_code is not null and hour_kind = 'worked' then mapping_code
            when labor_posting = 'distribution' and (customer_job is null or hour_kind <> 'worked') then 'TE049'
            else time_code end as cost_reason,
        case when is_bill_out and may_leave_out then 'out_of_scope'::entry_state when entry_state is not null then entry_state
            when hour_kind <> 'worked' or is_already_billed or not has_bill_period then 'out_of_scope'::entry_state
            when is_billable_unreadable then 'held'::entry_state
            when not is_billable then 'out_of_scope'::entry_state
            when name_doubt is not null then 'held'::entry_state
            when mapping_code is not null then 'held'::entry_state
            when billing_method in ('not_billed', 'fixed_fee', 'internal') then 'out_of_scope'::entry_state
            when customer_job is null then 'held'::entry_state
            when bill_rate is null or invoice_reason is not null or time_code is not null then 'held'::entry_state else 'exported'::entry_state end as bill_state,
        case when is_bill_out and may_leave_out then 'TE139' when entry_state is not null then entry_code
            when hour_kind <> 'worked' then 'TE044' when is_already_billed then 'TE045' when not has_bill_period then 'TE046'
            when is_billable_unreadable then 'TE019'
            when not is_billable then 'TE047'
            when name_doubt is not null then name_doubt
            when mapping_code is not null then mapping_code
            when billing_method = 'not_billed' then 'TE048' when billing_method = 'fixed_fee' then 'TE184' when billing_method = 'internal' then 'TE185'
            when customer_job is null then 'TE013'
            when bill_rate is null then 'TE011' else coalesce(invoice_reason, time_code) end as bill_reason
    from ranked)
select * from decided
