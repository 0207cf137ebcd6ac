"""The read-only interface over HTTP: the same figures as the pages and commands, for other systems, by scoped tokens."""
