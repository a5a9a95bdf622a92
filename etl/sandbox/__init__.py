"""The practice company: invented people, projects and weeks from one seed, with every known fault planted in them."""
