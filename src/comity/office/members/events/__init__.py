"""Event types of the members office, by subject; the acts under the same names in `actions` record them."""
