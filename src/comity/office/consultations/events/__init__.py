"""Event types of the consultations office, by subject."""
