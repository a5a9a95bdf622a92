-- One row per person × workweek that is paid in another currency than the home currency, with its own minor unit.
select weeks.person_no, weeks.workweek_start, weeks.pay_currency, currencies.minor_digits as pay_minor_digits,
    3600 * ten_to(6 - currencies.minor_digits) as minor_per_millionth
from pay_weeks as weeks join currencies on currencies.currency = weeks.pay_currency cross join run_parameters
anti join pay_rates_missing as missing on missing.person_no = weeks.person_no and missing.workweek_start = weeks.workweek_start
where weeks.pay_currency <> home_currency
