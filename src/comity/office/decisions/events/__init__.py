"""Event types of the decisions office, by subject."""
