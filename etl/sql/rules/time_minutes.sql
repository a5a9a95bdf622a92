-- One row per time activity with its whole minutes.
select shares.* exclude (share), share::bigint as minutes from largest_remainder('time_parts') as shares
