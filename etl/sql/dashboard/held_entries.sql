-- The entries of held_now that the reader of this view may see: all, or those of the own team.
select * from held_now
where (select is_all from reader where view = 'unmapped')
    or employee_id in (select employee_id from team)
