"""Reading items from files and writing them back. Parsers are pure: bytes in, a ``Reading`` out; nothing is stored here.

Nothing is guessed silently: every block found is either understood or refused with its line and reason, so that
``accepted + refused = found``.
"""
