"""The network: the pinned sentence encoder and a head that scores tokens."""

from pathlib import Path

import torch
from torch import Tensor, nn
from transformers import AutoModel

WIDTH = 384
# What the head gives for each token: that a sentence answers (read at its marker; at [CLS] that
# none does), that the words of the answer start here, that they end here.
SENTENCE, START, END = range(3)


class Encoder(nn.Module):
    """Token logits, shape (batch, tokens, 3), for inputs as `rag.read.layout` makes them."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        # Without dropout: drawing its random numbers took a third of a step on a processor, and
        # one or two passes over the data hardly overfit. The eager attention is the fastest here.
        self.body = AutoModel.from_pretrained(
            folder,
            attn_implementation="eager",
            add_pooling_layer=False,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
        )
        # Rare words keep the meaning they were pretrained with, and a step is cheaper.
        self.body.embeddings.word_embeddings.weight.requires_grad_(False)
        self.head = nn.Sequential(nn.Linear(WIDTH, WIDTH), nn.GELU(), nn.Linear(WIDTH, 3))

    def forward(self, ids: Tensor, types: Tensor, mask: Tensor | None = None) -> Tensor:
        found = self.body(input_ids=ids, token_type_ids=types, attention_mask=mask)
        logits: Tensor = self.head(found.last_hidden_state)
        return logits


def pooled(encoder: Encoder, ids: Tensor, types: Tensor, mask: Tensor) -> Tensor:
    """Unit vectors, shape (batch, 384), of texts: the sentence encoder as it was pretrained."""
    with torch.no_grad():
        found = encoder.body(input_ids=ids, token_type_ids=types, attention_mask=mask)
    weights = mask.unsqueeze(-1).float()
    mean = (found.last_hidden_state.float() * weights).sum(1) / weights.sum(1)
    return nn.functional.normalize(mean, dim=-1)
