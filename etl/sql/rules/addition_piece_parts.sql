-- One row per pay addition × piece that bears it: paid work of its day by seconds, else all paid time of its workweek.
with additions as (select * from addition_shares where amount_minor is not null),
pieces as (
    select * from pieces_classified where pay_state = 'exported' and pay_seconds > 0
        and person_no in (select person_no from additions)),
near as (
    select additions.addition_no, additions.amount_minor, pieces.*,
        case when pieces.piece_on = additions.addition_on and pieces.hour_kind = 'worked' then 1 else 2 end as nearness
    from additions join pieces on pieces.person_no = additions.person_no and pieces.workweek_start = additions.workweek_start)
select addition_no as unit_id, entry_no * 128 + day_no * 16 + class_no as part_id, entry_no * 128 + day_no * 16 + class_no as part_order,
    amount_minor as unit_total, pay_seconds as weight, entry_no, cost_state, purpose_of(hour_kind, is_cost_unmapped, job_no) as cost_purpose,
    case when not is_cost_unmapped then job_no end as cost_job_no, books_class_no
from near qualify nearness = min(nearness) over (partition by addition_no)
