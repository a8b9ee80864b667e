"""Records for harvesters: OAI-PMH and ResourceSync, both from one ledger."""
