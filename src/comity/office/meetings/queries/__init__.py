"""What the meetings office tells others, by subject."""
