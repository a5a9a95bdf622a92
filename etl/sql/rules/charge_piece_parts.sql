-- One row per piece that bears wages of such a key, as a part of the share posted: weighed by its cents of the wages. Pay of a person
-- without paid time stands under the id of its pay addition.
with postings as (
    select posting_no, any_value(key_no) as key_no, sum(charge_minor)::bigint as charge_minor from charge_keys_shared
    where cost_state = 'exported' group by posting_no),
parts as (
    select posting_no as unit_id, part_id, part_id as part_order, any_value(charge_minor) as unit_total, sum(greatest(amount_minor, 0)) as weight,
        any_value(key_no) as key_no, case when part_id is null then min(addition_no) end as addition_no
    from labor_allocated join postings using (key_no) group by posting_no, part_id)
select * replace (case when sum(weight) over (partition by unit_id) = 0 then 1 else weight end as weight) from parts
