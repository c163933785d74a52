"""What the members office tells others, by subject. Importing it makes the office's kinds of thing and its texts known."""
