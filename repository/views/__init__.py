"""Views of the reader site."""
