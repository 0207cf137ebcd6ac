"""How a certificate becomes paper: what is drawn (``artwork``), what is said (``content``), how it is printed (``printing``)."""

from certificates.rendering.printing import render, renderer_name

__all__ = ["render", "renderer_name"]
