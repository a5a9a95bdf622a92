-- One row per service of the register: the promise beside what was measured, the last day to give notice, the next look at it.
-- is_kept is null where nothing was promised or nothing measured: no calls are no proof.
select services.*, calls, unanswered, put_off, available, milliseconds_95, first_on, last_on,
    renews_on - coalesce(notice_days, 0)::int as notice_by,
    (reviewed_on + to_months(review_months::int))::date as review_by,
    (calls - unanswered) * 100 >= uptime_percent * calls as is_uptime_kept,
    milliseconds_95 <= answer_ms as is_answer_kept
from map_services as services left join service_measured using (service_id)
