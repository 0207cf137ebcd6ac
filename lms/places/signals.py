"""What other rooms may hear of the tree. A row saved by itself tells of itself (``post_save``)."""

from __future__ import annotations

from django.dispatch import Signal

tree_loaded = Signal()  # divisions or their changes were written in bulk, so that no row told of itself
