-- People whose taxed wages of a year, with those before, are over the wage base, or weeks with more taxed than paid. Must be empty.
select employee_id, tax, year(pay_date) as tax_year, sum(taxable_minor) as taxed, min(wage_base_minor) as wage_base
from taxes_rounded where wage_base_minor is not null group by employee_id, tax, pay_currency, year(pay_date)
having min(least(before_minor, wage_base_minor)) + sum(taxable_minor) > max(wage_base_minor)
union all
select employee_id, tax, year(pay_date), taxable_minor, wages_minor from taxes_rounded where wages_minor >= 0 and taxable_minor not between 0 and wages_minor
