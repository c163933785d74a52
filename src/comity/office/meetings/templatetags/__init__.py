"""Template tags of the meetings office."""
