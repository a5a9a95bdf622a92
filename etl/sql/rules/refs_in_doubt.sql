-- One row per reference whose name is not to be trusted, mapped or not (docs/adr/0017): decoded twice (TE021), with a space
-- at its edge or a sign nobody sees (TE022), or the look-alike of another name in the cross-references (TE023).
with names as (
    select distinct kind, source, outer_ref, ref, kind as key_kind, ref as name from refs_used
    union
    select distinct kind, source, outer_ref, ref, 'client', outer_ref from refs_used where kind = 'project'),
keys as (
    select 'person' as key_kind, person_ref as key from map_employees union select 'project', project_ref from map_projects
    union select 'client', client_ref from map_projects union select 'item', service_ref from map_items),
shapes as (select key_kind, look_alike(key) as shape, key from keys),
judged as (
    select names.*, case when regexp_matches(name, decoded_twice()) then 'TE021'
            when name <> trim(name, ' ') or regexp_matches(name, unseen()) then 'TE022'
            when exists (select 1 from shapes where shapes.key_kind = names.key_kind
                and shape = look_alike(nfc_normalize(name)) and key <> nfc_normalize(name)) then 'TE023' end as code
    from names)
select kind, source, outer_ref, ref, min(code) as code, arg_min(name, code) as name
from judged where code is not null group by kind, source, outer_ref, ref
