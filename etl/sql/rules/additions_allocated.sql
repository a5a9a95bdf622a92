-- One row per pay addition × piece that bears it, in minor units. Where the person has no paid time in the workweek, the whole
-- is internal labor without an entry.
with additions as (select * from addition_shares where amount_minor is not null),
shares as (select * from largest_remainder('addition_piece_parts')),
borne as (
    select unit_id as addition_no, part_id, entry_no, cost_state, cost_purpose, cost_job_no, books_class_no, share::bigint as amount_minor
    from shares),
unborne as (
    select additions.addition_no, null as part_id, null as entry_no,
        case when labor_posting in ('accrue', 'clearing') then 'exported'::entry_state else 'out_of_scope'::entry_state end as cost_state,
        'internal_labor'::cost_purpose as cost_purpose, null as cost_job_no, null as books_class_no, additions.amount_minor::bigint as amount_minor
    from additions anti join borne using (addition_no) cross join run_parameters)
select addition_no, payroll_line_no, all_of.* exclude (addition_no)
from (select * from borne union all select * from unborne) as all_of join additions using (addition_no)
