"""The run as a Workflow Run RO-Crate: results/ro-crate-metadata.json."""
