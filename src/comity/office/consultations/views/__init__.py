"""Pages of the consultations office, by subject: parse, one action or query, answer."""
