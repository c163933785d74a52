"""Event types of the meetings office, by subject."""
