"""Readers: what picks the sentences that answer a question."""

from rag.read.similarity import SimilarityReader

__all__ = ["SimilarityReader"]
