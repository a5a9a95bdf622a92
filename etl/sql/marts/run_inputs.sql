-- One row per pull this run rests on: it first delivered a version of the window, or declared a part of it complete.
with versions as (select distinct pull_number from entry_versions),
complete as (
    select complete_pulls.pull_number from complete_pulls cross join run_parameters
    where complete_pulls.window_start <= run_parameters.window_end
        and complete_pulls.window_end >= run_parameters.window_start
        and exists (select 1 from entry_versions where is_withdrawn and entry_versions.source = complete_pulls.source))
select pulls.pull_number, pulls.pull_id, pulls.source from pulls
semi join (select * from versions union select * from complete) as used using (pull_number) order by pull_number
