-- One row per service that is asked through a connection and was, over the days looked at: calls, what of them its server did not
-- answer (no answer, or status 500 and above), what it put off (429), and the time under which 95 of 100 answers came. A refusal
-- of ours (401, 404) is an answer. available: hundredths of a percent, cut down, so that 99.99 is never shown as 100.
select services.service_id, count(*)::bigint as calls,
    count(*) filter (where status = 0 or status >= 500)::bigint as unanswered,
    count(*) filter (where status = 429)::bigint as put_off,
    divide_whole(10000 * count(*) filter (where status between 1 and 499), count(*))::bigint as available,
    quantile_disc(milliseconds, 0.95) filter (where status between 200 and 399)::bigint as milliseconds_95,
    min(called_on) as first_on, max(called_on) as last_on
from map_services as services join service_calls as calls on calls.connection = services.connection
cross join service_parameters
where called_on between since and as_of
group by services.service_id
