"""Direct identifiers in an incoming file: what they look like, and where they stand."""
