"""The user's own workbook with the answers in it: colour and comment on each faulty cell, two columns at the right.

The package is edited part by part, streamed: a part that is not named here leaves byte for byte as it came.
"""

from courses.roster.answer.package import Answer, Unanswerable, answer, suffix_of

__all__ = ["Answer", "Unanswerable", "answer", "suffix_of"]
