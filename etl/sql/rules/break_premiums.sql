-- One row per person × workday × kind of premium for a missed break.
select null::int as person_no, null::date as workweek_start, null::date as addition_on, null::date as paid_on, null::hour_kind as hour_kind,
    null::hour_class as hour_class, null::varchar as reason, null::bigint as printed_seconds, null::hugeint as exact_numerator,
    null::hugeint as exact_denominator, null::varchar as rule_id, null::varchar as sentence
where false
