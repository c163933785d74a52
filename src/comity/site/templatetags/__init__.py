"""Words that templates of every office use."""
