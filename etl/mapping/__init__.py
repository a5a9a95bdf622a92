"""Cross-references: the company's dated CSVs, read strictly and proven unambiguous before anything is computed."""
