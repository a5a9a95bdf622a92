-- One row per spelling of a side and kind × key under which it is compared: its words in order with any one sign left out (so two
-- spellings one sign apart always meet), and each of its longer words. A key that more than 100 spellings share is left out:
-- it tells nothing, and comparing all under it would take for ever.
with spellings as (
    select kind, outer_plain, plain, any_value(ordered) as ordered from names_listed where plain <> '' group by kind, outer_plain, plain),
keyed as (
    select kind, outer_plain, plain, ordered as key from spellings
    union all
    select kind, outer_plain, plain, unnest(list_transform(generate_series(1, least(length(ordered), 60)), lambda place: left(ordered, place - 1) || substr(ordered, place + 1)))
    from spellings
    union all
    select kind, outer_plain, plain, '=' || unnest(list_filter(string_split(plain, ' '), lambda word: length(word) >= 4)) from spellings)
select distinct kind, outer_plain, plain, key from keyed
qualify count(*) over (partition by kind, key) <= 100
