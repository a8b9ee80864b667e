"""The content that the platform ships with: what its records look like, how they are read and
checked, and how they become terms, pages and observations."""
