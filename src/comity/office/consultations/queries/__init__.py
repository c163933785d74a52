"""What the consultations office tells others, by subject."""
