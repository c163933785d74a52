"""What happened: the timeline, documents and their symbols, proofs, checkpoints, witnesses, feeds."""
