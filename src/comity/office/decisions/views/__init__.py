"""Pages of the decisions office, by subject: parse, one action or query, answer."""
