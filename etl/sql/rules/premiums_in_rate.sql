-- One row per person × workweek with premiums of premiums.csv that belong to the regular rate (29 CFR 778.207(b): a
-- differential): what they come to, in millionths of the currency as a fraction. One in dispute waits with its overtime.
with disputed as (
    select person_no, day, hour_class from referrals_told join people_numbered using (employee_id) where decision is distinct from 'pay')
select premium_hours.person_no, workweek_start,
    sum(rate_times_seconds * share_ten_thousandths + per_hour_millionths::hugeint * 10000 * seconds)::hugeint as premium_numerator,
    36000000::hugeint as premium_denominator
from premium_hours join (select distinct premium_no, hour_class, share_ten_thousandths, per_hour_millionths from premium_rules where regular_rate = 'included') as rules
    using (premium_no)
anti join disputed on disputed.person_no = premium_hours.person_no and disputed.day = piece_on and disputed.hour_class = rules.hour_class
where open_code is null group by premium_hours.person_no, workweek_start
