"""A small practice company with mistakes planted by a seed, and what its people say when they are asked."""
