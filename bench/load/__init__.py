"""``make bench-load``: a sitting of hundreds of candidates on the server shape while its processes are killed.

What is asked: no acknowledged answer lost, nobody marked twice, and how long an autosave takes. See ``run``.
"""
