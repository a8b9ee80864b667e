"""The forum on the reader site, for those who may enter it."""
