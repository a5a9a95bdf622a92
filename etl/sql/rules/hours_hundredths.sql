-- One row per payroll line with its hours in hundredths.
select part_id as payroll_line_no, weight as seconds, share::bigint as hundredths from largest_remainder('hours_parts')
