"""Reads of courses, scoped by who looks: content, learning, classes."""
