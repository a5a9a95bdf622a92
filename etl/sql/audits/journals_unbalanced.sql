-- Journals that do not sum to zero in each currency, that mix currencies, and lines without an account. Must be empty.
select document_number, sum(amount) as balance, count(*) filter (where account is null) as lines_without_account, count(distinct currency) as currencies
from postings group by document_number having balance <> 0 or balance is null or lines_without_account > 0 or currencies > 1
