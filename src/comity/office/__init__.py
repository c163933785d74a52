"""The offices of the secretariat, one Django app each. An office may use those named before it in the import contract."""
