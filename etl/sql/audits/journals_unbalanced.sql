-- Journals that do not sum to zero, and lines without an account. Must be empty.
select document_number, sum(amount) as balance, count(*) filter (where account is null) as lines_without_account
from postings group by document_number having balance <> 0 or lines_without_account > 0
