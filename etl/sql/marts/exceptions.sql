-- One row per finding about one entry: stop first, then what concerns payroll, then billing.
with entries as (select * from entries_rounded), periods as (select * from run_pay_periods),
reasons as (
    select entry_no, 1 as turn, 'pay' as stream, pay_reason as code, pay_state::varchar as state from entries
    union all select entry_no, 2, 'cost', cost_reason, cost_state from entries
    union all select entry_no, 3, 'bill', bill_reason, bill_state from entries),
found as (
    select entry_no, code, string_agg(stream, ', ' order by turn) as streams, bool_or(stream = 'pay' and state = 'held') as is_pay_waiting
    from reasons where code is not null group by entry_no, code),
in_question as (   -- what belongs to this run: its periods, and entries that belong to none
    select found.*, entries.entry_id, entries.employee_id, entries.customer_job, entries.service_item, entries.worked_on,
        entries.worked_seconds, staged.person_ref, staged.client_ref, staged.project_ref, staged.service_ref,
        staged.source, staged.duration_text, staged.date_text, staged.start_text, staged.end_text, staged.billable_text, unmapped_mode,
        case when entries.pay_group is null then (select min(cut_off) from periods) else periods.cut_off end as cut_off
    from found join entries using (entry_no)
    join stg_files__time_entries as staged using (pull_number, source_row) cross join run_parameters
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
            when 'TE012' then 'employee ' || employee_id
            when 'TE006' then 'duration ' || coalesce(duration_text, '(none)') when 'TE001' then 'date ' || coalesce(date_text, start_text, '(none)')
            when 'TE019' then 'billable ' || billable_text
            when 'TE016' then 'start ' || coalesce(start_text, '') || ', end ' || coalesce(end_text, '')
            else clock_hours(worked_seconds) end end as found,
        title as expected, fix as remedy,
        case when is_pay_waiting then 'before the payroll cut-off' || coalesce(strftime(cut_off, ' %Y-%m-%d %H:%M'), '') end as due
    from items left join refs_in_doubt as doubts on doubts.code = items.code and doubts.source = items.source
        and (doubts.kind, doubts.outer_ref, doubts.ref) in (('person', '', coalesce(person_ref, '(none)')),
            ('project', coalesce(client_ref, '(none)'), coalesce(project_ref, '(none)')), ('item', '', coalesce(service_ref, '(none)')))),
everything as (select * from named union all by name select * from checked_items union all by name select * from correction_items)
select code, severity, streams, entry_id, employee_ref, worked_on, seconds, found, expected, remedy, due from everything
order by case severity when 'stop' then 1 when 'hold' then 2 else 3 end, starts_with(streams, 'pay') desc, code, worked_on nulls first, entry_id, employee_ref, found, expected
