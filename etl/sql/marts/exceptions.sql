-- One row per finding about one entry or person: stop first, then what concerns payroll, then billing.
with entries as (select * from entries_told), periods as (select * from run_pay_periods),
reasons as (
    select entry_no, 1 as turn, 'pay' as stream, pay_reason as code, pay_state::varchar as state from entries
    union all select entry_no, 2, 'cost', cost_reason, cost_state from entries
    union all select entry_no, 3, 'bill', bill_reason, bill_state from entries
    union all select entry_no, 2, 'cost', case when is_held then 'TE155' else 'TE156' end, null from contract_over where is_part or not is_held),
found as (
    select entry_no, code, string_agg(stream, ', ' order by turn) as streams, bool_or(stream = 'pay' and state = 'held') as is_pay_waiting
    from reasons where code is not null group by entry_no, code),
in_question as (   -- what belongs to this run: its periods, and entries that belong to none
    select found.*, entries.entry_id, entries.employee_id, entries.customer_job, entries.service_item, entries.worked_on,
        coalesce(beyond.seconds, entries.worked_seconds) as worked_seconds, beyond.contract_id, texts.person_ref, texts.client_ref, texts.project_ref, texts.service_ref,
        texts.source, texts.duration_text, texts.date_text, texts.start_text, texts.end_text, texts.billable_text, unmapped_mode,
        case when entries.pay_group is null then (select min(cut_off) from periods) else periods.cut_off end as cut_off
    from found join entries using (entry_no)
    left join contract_over as beyond on beyond.entry_no = found.entry_no and found.code in ('TE155', 'TE156')
    join landed_texts as texts using (pull_number, source_row) cross join run_parameters
    left join periods on periods.pay_group = entries.pay_group
    where entries.worked_on is null or entries.worked_on between owned_start and owned_end),
items as (
    select codes.code, case when codes.code in ('TE008', 'TE009') and unmapped_mode = 'stop' then 'stop'
            when codes.code in ('TE008', 'TE009') and unmapped_mode = 'suspense' then 'note' else codes.severity end as severity,
        in_question.* exclude (code), codes.title, codes.fix
    from in_question join codes using (code) where codes.severity in ('stop', 'hold', 'note')),
named as (
    select items.code, severity, streams, entry_id, person_ref as employee_ref, worked_on, worked_seconds as seconds,
        case when doubts.name is not null then doubts.kind || ' ' || visible(doubts.name)
            when items.code = 'TE005' then 'started ' || start_text
            when items.code = 'TE024' then 'date ' || date_text || ', start ' || start_text
            else case items.code when 'TE008' then 'project ' || coalesce(client_ref || ' : ', '') || coalesce(project_ref, '(none)')
            when 'TE009' then 'service ' || coalesce(service_ref, '(none)') when 'TE007' then 'person ' || coalesce(person_ref, '(none)')
            when 'TE011' then 'job ' || customer_job || ', item ' || service_item
            when 'TE180' then 'job ' || customer_job || ', item ' || service_item
            when 'TE183' then 'job ' || customer_job || ', item ' || service_item || ', ' || clock_hours(worked_seconds)
            when 'TE012' then 'employee ' || employee_id
            when 'TE006' then 'duration ' || coalesce(duration_text, '(none)') when 'TE001' then 'date ' || coalesce(date_text, start_text, '(none)')
            when 'TE150' then 'service ' || coalesce(service_ref, '(none)') when 'TE151' then 'contractor ' || employee_id
            when 'TE152' then 'contractor ' || employee_id || coalesce(', job ' || customer_job, '') || ', item ' || service_item
            when 'TE153' then 'contractor ' || employee_id || coalesce(', job ' || customer_job, '') || ', item ' || service_item
            when 'TE154' then 'contractor ' || employee_id
            when 'TE155' then 'contract ' || contract_id || ', ' || clock_hours(worked_seconds) || ' over its cap'
            when 'TE156' then 'contract ' || contract_id || ', ' || clock_hours(worked_seconds) || ' over its cap'
            when 'TE019' then 'billable ' || billable_text
            when 'TE194' then disputed.told when 'TE197' then disputed.told
            when 'TE260' then unapproved.told when 'TE261' then unapproved.told
            when 'TE016' then 'start ' || coalesce(start_text, '') || ', end ' || coalesce(end_text, '')
            else clock_hours(worked_seconds) end end as found,
        title as expected, fix as remedy,
        case when items.code = 'TE194' then 'by ' || due_on when is_pay_waiting or items.code in ('TE260', 'TE261') then 'before the payroll cut-off' || coalesce(strftime(cut_off, ' %Y-%m-%d %H:%M'), '') end as due
    from items left join entries_disputed as disputed on disputed.entry_no = items.entry_no
    left join (select entry_no, told from entries_unapproved) as unapproved on unapproved.entry_no = items.entry_no
    left join refs_in_doubt as doubts on doubts.code = items.code and doubts.source = items.source
        and (doubts.kind, doubts.outer_ref, doubts.ref) in (('person', '', coalesce(person_ref, '(none)')),
            ('project', coalesce(client_ref, '(none)'), coalesce(project_ref, '(none)')), ('item', '', coalesce(service_ref, '(none)')))),
last_documents as (   -- of one owner and kind, the one that lasts longest
    select owner_type, owner, kind, max(coalesce(expires_on, date '9999-12-31')) as expires_on from map_attachments
    where owner_type <> 'entry' group by owner_type, owner, kind),
limits_in_force as (
    select customer_job, currency from map_job_limits cross join run_parameters where bill_period_end between effective_from and effective_to),
about_invoices as (   -- what of the invoices a person must know, and what keeps them from being made
    select 'TE186' as code, null::bigint as seconds, told.customer_job || ', ' || told.service_item || ', rate ' || told.bill_rate || ': '
            || decision || ' was decided about ' || clock_hours(told.seconds::bigint) || ' and ' || line_amount || ' ' || told.currency as found
    from map_billing_decisions as told cross join run_parameters left join invoice_time as lines on lines.customer_job = told.customer_job
        and lines.service_item = told.service_item and lines.bill_rate = told.bill_rate and lines.currency = told.currency
        and lines.bill_seconds = told.seconds and amount_of(lines.amount_minor, lines.minor_digits) = told.line_amount
    where makes_invoices and told.period_end = bill_period_end and decision <> 'hold' and lines.bill_line_no is null
    union all
    select 'TE181', null, invoice_number || ', ' || any_value(customer_job) || ', ' || sum(amount) || ' ' || any_value(currency) || ': ' || by_hand
    from invoice_lines where by_hand is not null group by invoice_number, by_hand
    union all
    select 'TE182', bill_seconds, customer_job || ', ' || service_item || ', rate ' || bill_rate || ': ' || count_classes || ' classes'
    from invoice_classes join invoice_time using (bill_line_no) where count_classes > 1
    union all
    select case line_kind when 'over_cap' then 'TE188' else 'TE187' end, null, invoice_number || ', ' || customer_job || ': '
            || sum(amount) || ' ' || any_value(currency) || coalesce(', ' || string_agg(distinct reason, '; ' order by reason), '')
    from invoice_lines where line_kind in ('write_down', 'write_up', 'over_cap') group by invoice_number, customer_job, line_kind
    union all
    select distinct 'TE189', null, customer_job || ': time in ' || lines.currency
    from invoice_time as lines join limits_in_force as limits using (customer_job)
    where not exists (select 1 from limits_in_force as own where own.customer_job = lines.customer_job and own.currency = lines.currency)),
about_vendors as (
    select 'TE157' as code, null as streams, vendor_id as employee_ref, seconds, 'contract ' || contract_id || ', invoice ' || invoice_numbers || ': '
            || invoiced_amount || ' ' || currency || ' for ' || invoiced_hours || ' h; the time: ' || amount || ' for ' || hours || ' h' as found,
        null::date as worked_on
    from vendor_bills_compared where standing in ('differs', 'no time')
    union all
    select 'TE158', null, owner, null, owner_type || ' ' || owner || ', ' || kind || case when expires_on < period_end then ' expired on ' else ' expires on ' end
        || expires_on, expires_on
    from last_documents cross join run_parameters where expires_on <= period_end + document_days::int),
told as (
    select about_vendors.*, 'cost' as stream_name, severity, title as expected, fix as remedy from about_vendors join codes using (code)
    union all by name
    select about_invoices.*, 'bill' as stream_name, severity, title as expected, fix as remedy from about_invoices join codes using (code)),
everything as (select * from named union all by name select * from checked_items union all by name select * from break_items union all by name select * from premium_items
    union all by name select * from referral_items union all by name select * from workday_items
    union all by name select * from pay_findings union all by name select * from people_without_time union all by name select * from rounding_items
    union all by name select * from tax_items union all by name select * from accrual_items
    union all by name select * exclude (stream_name, streams), stream_name as streams from told
    union all by name select * from correction_items)
select code, severity, streams, entry_id, employee_ref, worked_on, seconds, found, expected, remedy, due from everything
order by case severity when 'stop' then 1 when 'hold' then 2 else 3 end, starts_with(streams, 'pay') desc, code, worked_on nulls first, entry_id, employee_ref, found, expected
