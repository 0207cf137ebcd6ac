"""Pages of people: one's own information, and the office's."""
