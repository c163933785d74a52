"""Pages of the meetings office, by subject: parse, one action or query, answer."""
