"""Questions, claims, quotes and answers. Asks the index; never opens a file."""
