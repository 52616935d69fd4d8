"""Look at a raw file and write a draft of the source's YAML, for a person to confirm."""
