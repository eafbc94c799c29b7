"""Inputs of unlike lengths as tensors."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from rag.read.layout import Layout


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids, segment types and attention mask, each of shape (batch, longest)."""

    ids: Tensor
    types: Tensor
    mask: Tensor


# Lengths are rounded up to a multiple of this: for every shape that is new, the library of matrix
# products writes a program first.
STEP = 16


def padded(length: int) -> int:
    """The length that an input has in a batch in which it is the longest."""
    return -(-length // STEP) * STEP


def pad(layouts: Sequence[Layout]) -> Batch:
    """The layouts filled up with zeros to the longest, rounded up."""
    longest = padded(max(len(layout.ids) for layout in layouts))
    ids, types, mask = (torch.zeros(len(layouts), longest, dtype=torch.long) for _ in range(3))
    for at, layout in enumerate(layouts):
        size = len(layout.ids)
        ids[at, :size] = torch.tensor(layout.ids)
        types[at, :size] = torch.tensor(layout.types)
        mask[at, :size] = 1
    return Batch(ids, types, mask)
