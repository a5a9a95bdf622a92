-- One row per row of landed_again with its texts.
select texts.* from landed_texts as texts semi join landed_again using (pull_number, source_row) order by pull_number, source_row
