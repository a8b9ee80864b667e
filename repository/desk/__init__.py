"""The desk in the admin, where submissions are decided: docs/desk.md."""
