-- One row per payee × box × currency of the year: what was paid, what of it counts, and whether a form is due: from the amount
-- of the threshold on, or where tax was withheld. A figure nobody knows, and a place without a row, ask; they never fall back.
with payments as (select * from vendor_payments_read),
summed as (
    select payee, box, currency, count(*) as payments, sum(amount)::decimal(18, 3) as paid,
        coalesce(sum(amount) filter (where counting = 'excluded'), 0)::decimal(18, 3) as excluded,
        coalesce(sum(amount) filter (where counting = 'counts'), 0)::decimal(18, 3) as reportable,
        sum(withheld)::decimal(18, 3) as withheld, sum(state_withheld)::decimal(18, 3) as state_withheld,
        bool_or(is_perhaps_twice) as is_perhaps_twice
    from payments group by payee, box, currency),
judged as (
    select summed.*, vendors.vendor_name, vendors.state, vendors.w9_state, vendors.tin_type, vendors.tin_last_four, vendors.exemption_code,
        vendors.backup_withholding = 'yes' as is_withholding, federal.amount as threshold, federal.status as threshold_status,
        own.amount as state_threshold, own.status as state_status,
        case when summed.box = 'none' or exemption_code is not null then 'none: exempt' when summed.box = 'ask' then 'ask: no box'
            when currency <> 'USD' then 'ask: paid in ' || currency when withheld > 0 then 'report: tax withheld'
            when reportable <= 0 then 'none: nothing that counts'
            when federal.amount is null then 'ask: threshold' when reportable >= federal.amount then 'report' else 'none: below' end as federal
    from summed join map_vendors as vendors on vendors.vendor_id = payee
    left join return_thresholds as federal on federal.box = summed.box and federal.jurisdiction = 'US'
    left join return_thresholds as own on own.box = summed.box and own.jurisdiction = vendors.state)
select payee, vendor_name, tin_type, tin_last_four, state, box, payments, paid, excluded, reportable, withheld, state_withheld, currency,
    threshold, threshold_status, federal,
    case when federal in ('none: exempt', 'none: nothing that counts') or starts_with(federal, 'ask: no') or starts_with(federal, 'ask: paid') then federal
        when state is null then 'ask: no state' when state_withheld > 0 then 'report: tax withheld' when state_threshold is null then 'ask: ' || state
        when reportable >= state_threshold then 'report' else 'none: below' end as state_copy,
    state_threshold, state_status,
    array_to_string(list_filter([
        case when federal <> 'none: exempt' and w9_state <> 'on_file' then 'W-9 ' || w9_state end,
        case when federal <> 'none: exempt' and tin_last_four is null then 'tax id' end,
        case when is_withholding and withheld = 0 then 'backup withholding is due and none was withheld' end,
        case when is_perhaps_twice then 'a payment stands there twice' end], lambda word: word is not null), '; ') as missing
from judged order by vendor_name, payee, box, currency
