"""What is shown in a browser: charts and tables."""
