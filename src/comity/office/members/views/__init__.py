"""Pages of the members office, by subject: parse, one action or query, answer."""
