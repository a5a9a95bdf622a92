-- One row per two spellings of a kind that may be one name, with a score of 100 (the same) down to 93; what is below is another
-- name. The score is the lower of both parts of a job; numbers in names tell names apart. Nothing is ever merged by it.
with pairs as (
    select distinct one.kind, one.outer_plain as outer_a, one.plain as plain_a, other.outer_plain as outer_b, other.plain as plain_b
    from name_keys as one join name_keys as other on one.kind = other.kind and one.key = other.key
        and (one.outer_plain, one.plain) < (other.outer_plain, other.plain)),
scored as (
    select pairs.*, least(likeness(outer_a, outer_b), likeness(plain_a, plain_b)) as score
    from pairs
    where regexp_replace(outer_a || ' ' || plain_a, '[^0-9]+', ' ', 'g') = regexp_replace(outer_b || ' ' || plain_b, '[^0-9]+', ' ', 'g'))
select * from scored where score >= 93
