-- Whole seconds as decimal hours, two digits, half up in size; only on the way out. The same as etl.units.decimal_hours.
create macro decimal_hours(seconds) as
    ((case when seconds < 0 then -1 else 1 end * ((abs(seconds::hugeint) * 100 + 1800) // 3600))::decimal(18, 0)
        * 0.01::decimal(3, 2))::decimal(18, 2)
