"""A province's worth of invented people and lines for measuring, written by COPY. No world for eyes: see ``demo.world``."""

from lms.demo.scale.seeding import Seeded, seed

__all__ = ["Seeded", "seed"]
