"""Who says it: quoted, announced and reported speech, with the chain of those who pass it on.

There is no model behind this: closed word lists and the shape of sentences decide, and where they
do not, nobody is named.
"""

from index.speech.blocks import find_speeches
from index.speech.chain import speakers_at, speech_at

__all__ = ["find_speeches", "speakers_at", "speech_at"]
