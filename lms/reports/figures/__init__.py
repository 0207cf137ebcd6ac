"""Every figure the system states. Importing this package registers them all."""

from lms.reports.figures import settings, talent, training
from lms.reports.figures.registry import REGISTER, Answer, Ask, Definition, find

__all__ = ["REGISTER", "Answer", "Ask", "Definition", "find", "settings", "talent", "training"]
