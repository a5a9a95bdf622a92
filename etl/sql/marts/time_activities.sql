-- One row per time activity in whole minutes, in writing order.
with minutes as (select * from time_minutes), parameters as (select * from run_parameters),
entries as (   -- job and item stand where cost or billing goes on, and where the books cost the jobs from the time itself
    select entries_told.*, texts.note, texts.entry_ref, bill_state = 'exported' or cost_state = 'exported'
            or (cost_reason = 'TE043' and is_mapped) as has_job
    from entries_told join landed_texts as texts using (pull_number, source_row)),
numbered as (select row_number() over (order by part_order, is_for_payroll desc) as line_no, minutes.* from minutes)
select format('{}-T-{:03d}', batch_text, line_no) as line_id, entries.entry_id, pieces.piece_on as worked_on,
    case when entries.has_job then entries.customer_job end as customer_job,
    entries.employee_name,
    case when entries.has_job then entries.service_item end as service_item,
    numbered.pay_item, entries.class, entries.note, coalesce(entries.entry_ref, entries.entry_id) as entry_ref,
    numbered.weight as pay_seconds, numbered.minutes * 60 as exported_seconds, numbered.is_for_payroll,
    entries.bill_state = 'exported' and pieces.piece_on between bill_period_start and bill_period_end as is_billable
from numbered join entries using (entry_no)
join pieces_classified as pieces using (entry_no, day_no, class_no) cross join parameters order by line_no
