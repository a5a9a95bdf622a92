-- One row per entry that counts (newest version, not withdrawn) × kind of name it carries: person, project, item, customer, tag;
-- with the cross-reference row that answers it on its day. Names are compared as everywhere: exactly, in composed form.
with newest as (
    select versions.source, versions.worked_on, coalesce(versions.worked_seconds, 0) as seconds, texts.person_ref, texts.client_ref,
        texts.project_ref, texts.service_ref, texts.person_name, texts.tags
    from entry_versions as versions join landed_texts as texts using (pull_number, source_row)
    where not is_superseded and not is_withdrawn),
named as (
    select 'person' as kind, source, '' as outer_ref, coalesce(person_ref, '(none)') as ref, person_name as title, worked_on, seconds from newest
    union all select 'project', source, coalesce(client_ref, '(none)'), coalesce(project_ref, '(none)'), null, worked_on, seconds from newest
    union all select 'item', source, '', coalesce(service_ref, '(none)'), null, worked_on, seconds from newest
    union all select 'customer', source, '', client_ref, null, worked_on, seconds from newest where client_ref is not null
    union all select 'tag', source, '', tag, null, worked_on, seconds
        from (select *, unnest(list_distinct(list_transform(string_split(tags, ','), lambda one: trim(one)))) as tag from newest where tags is not null)
        where tag <> '')
select named.*, refs_resolved.map_row from named left join refs_resolved using (kind, source, outer_ref, ref, worked_on)
