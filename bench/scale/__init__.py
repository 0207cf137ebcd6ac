"""Measuring at the size of a province: one and ten million lines on PostgreSQL. Only for ``make bench-scale``."""
