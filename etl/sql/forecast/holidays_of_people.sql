-- One row per employee × holiday of the calendar: of the calendars that holiday_pay.csv gives the person's pay group and place on that
-- day, and of those it names for nobody, which are everybody's.
select distinct employee_id, holiday_on from map_employees as employees
    join map_holidays as holidays on holiday_on between employees.effective_from and employees.effective_to
    left join map_holiday_pay as pay on pay.calendar = holidays.calendar and holiday_on between pay.effective_from and pay.effective_to
        and pay.pay_group in ('*', employees.pay_group) and pay.work_location in ('*', employees.work_location)
where worker_type = 'employee' and (pay.calendar is not null or holidays.calendar not in (select calendar from map_holiday_pay))
