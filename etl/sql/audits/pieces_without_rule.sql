-- Hours worked by an employee for which no rule was found: nothing is paid by default. Must be empty.
select entry_no, day_no, piece_on, person_no from pieces_classified where is_counted and rule_no is null
