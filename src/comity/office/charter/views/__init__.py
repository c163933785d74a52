"""Pages of the charter office, by subject: parse, one action or query, answer."""
