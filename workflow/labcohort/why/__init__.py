"""Why a result would be made anew, or why it is up to date."""
