"""What a run was made of: results/provenance.json."""
