-- One row per person as a tracker names them, with a number.
select row_number() over ()::int as tracked_person_no, * from (select distinct source, person_ref from landed_texts)
