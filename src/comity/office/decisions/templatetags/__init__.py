"""Words of the decisions office for templates."""
