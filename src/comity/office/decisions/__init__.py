"""How we decide: questions, votes, and the outcome that explains itself."""
