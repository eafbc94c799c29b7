"""The index folder: SQLite is the truth, one transaction adds, replaces or drops one document.

Everybody may open it as a `Store`, one unchanging snapshot to read; the only writer, who holds the
file lock, opens it as a `WritableStore`. Vectors lie in it as little-endian float32, token vectors
as sign bits: 48 bytes a token for 384 dimensions, which rank as well as half-precision floats.

Everything in it is checked before it is used: see `index.digest`.
"""

from index.store.changes import WritableStore
from index.store.opening import LOCK, current_edition, locked, open_reading, opened, writing
from index.store.queries import Store
from index.store.records import Census, DocumentSummary, Origin, Settings, StoredPassage

__all__ = [
    "LOCK",
    "Census",
    "DocumentSummary",
    "Origin",
    "Settings",
    "Store",
    "StoredPassage",
    "WritableStore",
    "current_edition",
    "locked",
    "open_reading",
    "opened",
    "writing",
]
