"""Rosters as files: guarding, reading, recognising columns, examining rows, writing workbooks. No database is changed here."""
