"""Usage of publications by the COUNTER Code of Practice 5.1, without personal data."""
