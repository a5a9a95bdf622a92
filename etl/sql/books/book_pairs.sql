-- One row per line of a batch and the line of the books that it became. Each turn pairs what is left by less: our key and every
-- figure, our key, the same in all but the day, the amount or the time, the account, the job. Equal ones are paired in order, each once.
with sides as (
    select true as is_ours, line_no, kind, line_key, case when is_document(kind) then document_key(kind, document_number, person) when kind = 'posting' then document_number else person end as unit, account, job, "class",
        pay_item, day, amount, seconds, currency
    from expected_lines where line_no not in (select batch_no from book_pairs)
    union all
    select false, line_no, kind, line_key, case when is_document(kind) then document_key(kind, document_number, person) when kind = 'posting' then document_number else person end, account, job, "class", pay_item, day, amount,
        seconds, currency
    from book_lines where line_no not in (select books_no from book_pairs)),
keyed as (
    select sides.*, case $turn
        when 1 then line_key || chr(31) || concat_ws(chr(31), coalesce(unit, ''), coalesce(account, ''), coalesce(job, ''), coalesce("class", ''), day, coalesce(amount, 0), coalesce(seconds, 0))
        when 2 then line_key || chr(31) || coalesce(day::varchar, '')
        when 3 then line_key
        when 4 then unit || chr(31) || concat_ws(chr(31), coalesce(account, ''), coalesce(job, ''), coalesce("class", ''), day, coalesce(amount, 0), coalesce(seconds, 0))
        when 5 then unit || chr(31) || concat_ws(chr(31), coalesce(account, ''), coalesce(job, ''), coalesce("class", ''), coalesce(amount, 0), coalesce(seconds, 0))
        when 6 then unit || chr(31) || concat_ws(chr(31), coalesce(account, ''), coalesce(job, ''), coalesce("class", ''), day)
        when 7 then case when kind = 'posting' or is_document(kind) then unit || chr(31) || concat_ws(chr(31), coalesce(job, ''), coalesce("class", ''), coalesce(amount, 0)) end
        when 8 then unit || chr(31) || concat_ws(chr(31), coalesce(account, ''), day, coalesce(amount, 0), coalesce(seconds, 0)) end as turn_key
    from sides),
ranked as (
    select keyed.*, row_number() over (partition by is_ours, kind, turn_key order by day, line_no) as place
    from keyed where turn_key is not null)
select ours.line_no as batch_no, theirs.line_no as books_no, $turn::int as turn
from ranked as ours join ranked as theirs using (kind, turn_key, place)
where ours.is_ours and not theirs.is_ours
