"""What is measured, with the command that measures it: `make bench`, or `make bench ARGS="hidden groups"` for some parts.

Speed, memory and quality of the opinion engine on public and simulated consultations, each figure beside its target and beside
a peer or an oracle that sees the same votes. The results are written up in docs/performance.md. Only public functions are used.
"""
