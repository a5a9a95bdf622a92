"""The books' own reports: their forms as data, how one is recognized, and its cells by what they feed."""
