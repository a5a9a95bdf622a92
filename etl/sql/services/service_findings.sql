-- One row per finding about a service, with the day by which somebody has to act. Nothing here holds time or moves a figure.
with services as (select * from service_standing cross join service_parameters),
notices as (select * from map_service_notices cross join service_parameters)
select service_id, 'TE274' as code, notice_by as due_on,
    'notice has to be given by ' || notice_by || ', or it goes on from ' || renews_on as found
from services where renewal = 'automatic' and notice_by between as_of and as_of + days_ahead
union all
select service_id, 'TE275', renews_on,
    case when renews_on < as_of then 'the term ended on ' || renews_on || ': enter the new one, or end the row'
        when renewal = 'automatic' then 'the last day for notice was ' || notice_by || '; it goes on from ' || renews_on
        else 'the term ends on ' || renews_on || ' and does not go on by itself' end
from services where renews_on < as_of or (renewal = 'automatic' and notice_by < as_of)
    or (renewal = 'by_agreement' and renews_on <= as_of + days_ahead)
union all
select service_id, 'TE276', as_of, 'its contract: ' || said
from service_documents cross join service_parameters where state in ('broken', 'changed')
union all
select service_id, 'TE277', as_of,
    'promised ' || rtrim(rtrim(uptime_percent::varchar, '0'), '.') || ' %, ' || calls - unanswered || ' of ' || calls
        || ' calls were answered between ' || first_on || ' and ' || last_on
from services where not is_uptime_kept
union all
select service_id, 'TE277', as_of,
    'promised ' || answer_ms || ' ms, 95 of 100 answers took up to ' || milliseconds_95 || ' ms between ' || first_on || ' and ' || last_on
from services where not is_answer_kept
union all
select service_id, 'TE278', least(review_by, as_of),
    array_to_string(list_filter([
        case when data_owner <> 'company' then 'the contract does not say that the data is the company''s' end,
        case when export_right <> 'yes' then 'no right to take the data out is on record' end,
        case when contract is null then 'no contract is on record' end,
        case when kind = 'time_tracker' and uptime_percent is null then 'no promise of uptime is on record' end,
        case when service_id not in (select service_id from map_service_contacts) then 'nobody to turn to is on record' end,
        case when review_by < as_of then 'it was looked at last on ' || reviewed_on end], word -> word is not null), '; ')
from services
where data_owner <> 'company' or export_right <> 'yes' or contract is null or (kind = 'time_tracker' and uptime_percent is null)
    or service_id not in (select service_id from map_service_contacts) or review_by < as_of
union all
select connection, 'TE278', as_of, 'a connection whose vendor is not in the register'
from service_connections cross join service_parameters where connection not in (select connection from map_services where connection is not null)
union all
select service_id, 'TE279', effective_on,
    'a notice of ' || noticed_on || ' (' || kind || ') takes effect on ' || effective_on || ' and nobody has decided: ' || said
from notices where decided is null
order by due_on, code, service_id, found
