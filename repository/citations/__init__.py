"""Publications in the standards of libraries, reference managers and search engines."""
