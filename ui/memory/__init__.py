"""What a person asked, what was answered and what they said of it, in one SQLite file."""

from ui.memory.memory import Memory, every_verdict, memory_beside
from ui.memory.types import (
    Conversation,
    Given,
    Judged,
    Kept,
    Remembered,
    Transcript,
    Verdict,
)

__all__ = [
    "Conversation",
    "Given",
    "Judged",
    "Kept",
    "Memory",
    "Remembered",
    "Transcript",
    "Verdict",
    "every_verdict",
    "memory_beside",
]
