"""What a comparison is worth beside the others: families, regression to the mean, sensitivity."""
