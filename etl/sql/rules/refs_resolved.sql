-- One row per reference a tracker used on a day × mapping row that answers it: kind, source, refs, day. A join that
-- could multiply is done here, on few rows; audits/refs_ambiguous proves that each has at most one answer.
with versions as not materialized (select * from entry_versions where worked_on is not null),
persons as (
    select distinct 'person' as kind, source, '' as outer_ref, coalesce(person_ref, '(none)') as ref, worked_on from versions),
projects as (
    select distinct 'project' as kind, source, coalesce(client_ref, '(none)') as outer_ref,
        coalesce(project_ref, '(none)') as ref, worked_on from versions),
items as (
    select distinct 'item' as kind, source, '' as outer_ref, coalesce(service_ref, '(none)') as ref, worked_on from versions),
answered as (
    select persons.*, employees.map_row from persons join map_employees as employees
        on employees.person_ref = persons.ref and employees.source in (persons.source, '*')
        and persons.worked_on between employees.effective_from and employees.effective_to
    union all
    select projects.*, mapped.map_row from projects join map_projects as mapped
        on mapped.project_ref = projects.ref and mapped.source in (projects.source, '*')
        and mapped.client_ref in (projects.outer_ref, '*')
        and projects.worked_on between mapped.effective_from and mapped.effective_to
    union all
    select items.*, mapped.map_row from items join map_items as mapped
        on mapped.service_ref = items.ref and mapped.source in (items.source, '*')
        and items.worked_on between mapped.effective_from and mapped.effective_to)
select * from answered
