-- One row per reference a tracker used on a day × mapping row that answers it: kind, source, refs, day. Names are compared
-- exactly, in composed form (NFC). A join that could multiply is done here, on few rows; audits/refs_ambiguous proves
-- that each has at most one answer.
with refs as (select *, nfc_normalize(ref) as own_name, nfc_normalize(outer_ref) as outer_name from refs_used),
answered as (
    select refs.* exclude (own_name, outer_name), employees.map_row from refs join map_employees as employees
        on refs.kind = 'person' and employees.person_ref = own_name and employees.source in (refs.source, '*')
        and refs.worked_on between employees.effective_from and employees.effective_to
    union all
    select refs.* exclude (own_name, outer_name), mapped.map_row from refs join map_projects as mapped
        on refs.kind = 'project' and mapped.project_ref = own_name and mapped.source in (refs.source, '*')
        and mapped.client_ref in (outer_name, '*')
        and refs.worked_on between mapped.effective_from and mapped.effective_to
    union all
    select refs.* exclude (own_name, outer_name), mapped.map_row from refs join map_items as mapped
        on refs.kind = 'item' and mapped.service_ref = own_name and mapped.source in (refs.source, '*')
        and refs.worked_on between mapped.effective_from and mapped.effective_to)
select * from answered
