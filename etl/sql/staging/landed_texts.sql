-- One row per landed row with its texts as they came: read from the landing where a decision asks for them, never copied.
select pulls.source, pulls.pull_number, landed_files.* exclude (filename) from landed_files join pulls using (filename)
