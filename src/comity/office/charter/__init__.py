"""What we are: the organisation, its founding texts, its bodies and who serves in them, its settings."""
