-- One row per amount in dispute that is no entry of these periods, in the form of an exception item: a pay addition that waits or
-- was decided not to be owed, a claim beyond the record, what still waits of earlier periods, and a referral that names nothing.
with parameters as (select owned_start, owned_end from run_parameters),
referred as (select referrals_told.*, day < owned_start as is_carried from referrals_told cross join parameters where day <= owned_end),
additions as (   -- a flat-sum bonus has no day of its own: any day of its workweek names it
    select referred.map_row, found.hour_class, sum(printed_seconds)::bigint as seconds, min(referred.decision) as decision,
        case when count(*) = count(exact_numerator) then amount_words(sum(divide_half_up(exact_numerator, exact_denominator)), any_value(minor_digits)) || ' ' || currency end as amount
    from (select found.*, employee_id, coalesce(pay_currency, home_currency) as currency, coalesce(pay_minor_digits, minor_digits) as minor_digits
        from additions_found as found join people_numbered using (person_no) cross join run_parameters left join weeks_paid_abroad using (person_no, workweek_start)) as found
    join referred on referred.employee_id = found.employee_id and referred.hour_class = found.hour_class::varchar
        and referred.day between coalesce(addition_on, found.workweek_start) and coalesce(addition_on, paid_on)
    where not is_carried group by referred.map_row, found.hour_class, currency),
items as (
    select map_row, case decision when 'drop' then 'TE197' else 'TE196' end as code, seconds, concat_ws('; ', replace(hour_class::varchar, '_', ' '), amount) as what
    from additions where decision is distinct from 'pay'
    union all
    select map_row, case when is_carried then 'TE195' else 'TE198' end, null,
        concat_ws(' ', replace(hour_class, '_', ' ') || ' of ' || day, 'entry ' || entry_id, case when not is_carried and hour_class <> 'claim' then 'names nothing in these figures' end)
    from referred where decision is null and (is_carried or hour_class = 'claim' or (hour_class not in ('meal_premium', 'rest_premium', 'spread_premium')
        and map_row not in (select map_row from additions) and map_row not in (select map_row from entries_disputed))))
select codes.code, codes.severity, 'pay' as streams, entry_id, employee_id as employee_ref, day as worked_on, seconds, what || '; ' || told as found,
    codes.title as expected, codes.fix as remedy, case when decision is null then 'by ' || due_on end as due
from items join referred using (map_row) join codes using (code)
