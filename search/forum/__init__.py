"""Search in the forum: posts as documents of an index of their own, and among the rows of the
database where there is none."""
