-- One row per two names that may be one: within one list (a duplicate; not where both are mapped to one answer already), or a tracker's name and one of the mapping or the books
-- (a suggestion for its row). Names spelled alike are compared with the first of them only.
with same as (
    select *, first_value(name_no) over (partition by kind, side, list, outer_plain, plain order by name_no) as first_no from names_listed where plain <> ''),
within as (
    select first_no as name_a, name_no as name_b, 100 as score from same where first_no <> name_no
    union all
    select one.name_no, other.name_no, score from spellings_alike as alike
    join same as one on one.kind = alike.kind and one.outer_plain = outer_a and one.plain = plain_a and one.name_no = one.first_no
    join same as other on other.kind = alike.kind and other.outer_plain = outer_b and other.plain = plain_b and other.name_no = other.first_no
        and other.side = one.side and other.list = one.list),
across_sides as (
    select one.name_no, other.name_no, 100 as score from same as one join same as other on one.kind = other.kind and one.outer_plain = other.outer_plain
        and one.plain = other.plain and one.side = 'tracker' and other.side <> 'tracker' and other.name_no = other.first_no
    union all
    select one.name_no, other.name_no, score
    from (select kind, outer_a, plain_a, outer_b, plain_b, score from spellings_alike
        union all select kind, outer_b, plain_b, outer_a, plain_a, score from spellings_alike) as alike
    join same as one on one.kind = alike.kind and one.outer_plain = outer_a and one.plain = plain_a and one.side = 'tracker'
    join same as other on other.kind = alike.kind and other.outer_plain = outer_b and other.plain = plain_b and other.side <> 'tracker' and other.name_no = other.first_no)
select true as is_duplicate, within.* from within join same as one on one.name_no = name_a join same as other on other.name_no = name_b
where (one.answer is null or other.answer is null or one.answer <> other.answer)
    and (one.kind = 'person' or nfc_normalize(one.outer_name || ':' || one.name) <> nfc_normalize(other.outer_name || ':' || other.name))   -- one name everywhere
union all select false, * from across_sides
