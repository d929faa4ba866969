"""How what was built and learned leaves this machine: the journal's branch, Pages, the proof."""
