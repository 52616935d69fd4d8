"""Two results folders held against each other: what changed in print, and what it was made of."""
