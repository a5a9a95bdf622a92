-- One row per work as a tracker names it: source, client, project, service item and currency, with a number.
select row_number() over ()::int as tracked_work_no, *
from (select distinct source, client_ref, project_ref, service_ref, currency_text from landed_texts)
