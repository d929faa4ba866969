"""Board in, files out: everything that people and programs read."""
