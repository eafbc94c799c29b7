"""Train the reader: python -m rag.read.training.train DATA OUT [--config FILE] [--start FILE]

DATA is the folder with the question sets (`rows.SETS`). OUT receives `encoder.pt` (the latest
checkpoint; an interrupted run goes on from it, with another shuffle) and `log.jsonl`. A run that is
not interrupted is deterministic on one machine: the seed decides the examples, their order and the
head's first weights.

With glibc, set MALLOC_MMAP_THRESHOLD_=4294967296 MALLOC_TRIM_THRESHOLD_=8589934592: a step is twice
as fast when memory is not given back and asked for again.
"""

import argparse
import json
import random
import signal
import time
import tomllib
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from index.model import locate
from rag.cli import run_program
from rag.read.layout import Pieced
from rag.read.training.batches import Batch, pad, padded
from rag.read.training.encoder import END, SENTENCE, START, Encoder
from rag.read.training.examples import UNKNOWN, Example, Examples, Mined, Shares
from rag.read.training.mined import cached, paragraphs, vectors
from rag.read.training.reworded import Reworder, neighbours
from rag.read.training.rows import is_calibration, load_rows

CONFIG = Path(__file__).with_name("config.toml")
# Batches are made from so many examples at a time, sorted by length: less padding.
_SHUFFLED = 1024
_SAVE_EVERY = 200
_LOG_EVERY = 20
# A sentence that does not answer is told apart as if it were nothing.
_NOWHERE = -1e4


def main() -> None:
    """Run the training that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--config", type=Path, default=CONFIG)
    parser.add_argument("--start", type=Path, help="checkpoint of another run to begin from")
    given = parser.parse_args()
    config = tomllib.loads(given.config.read_text(encoding="utf-8"))
    train(given.data, given.out, config, given.start)


def train(data: Path, out: Path, config: dict[str, Any], start: Path | None = None) -> None:
    """Train for `config["steps"]` steps, or those that a checkpoint in `out` has left; a new run
    begins with the weights of the checkpoint `start`, if one is given."""
    rows = [row for row in load_rows(data) if not is_calibration(row)]
    out.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(config["seed"])
    torch.set_num_threads(config["threads"])
    folder = locate(None).folder
    pieced = Pieced(Tokenizer.from_file(str(folder / "tokenizer.json")))
    encoder = Encoder(folder)
    mined = Mined(paragraphs(rows), cached(out / "mined.npy", rows, encoder, pieced))
    reword = Reworder(
        neighbours(rows, partial(vectors, encoder=encoder, pieced=pieced)), config["exchanged"]
    )
    shares = Shares(**config["shares"])
    examples = Examples(rows, mined, pieced, shares, reword)
    run = Run(encoder, config, out)
    run.resume(start)
    with _asked_to_stop() as stop:
        for batch in _batches(examples, config, config["seed"] + run.step):
            run.take(batch)
            if run.step >= config["steps"] or stop.is_set():
                break
    run.save()


@contextmanager
def _asked_to_stop() -> Iterator[Event]:
    """Set when somebody asks the process to end (SIGTERM), so that it can save its state first."""
    asked = Event()
    before = signal.signal(signal.SIGTERM, lambda *_: asked.set())
    try:
        yield asked
    finally:
        signal.signal(signal.SIGTERM, before)


class Run:
    """One run of training: takes batches, logs and saves."""

    def __init__(self, encoder: Encoder, config: dict[str, Any], out: Path) -> None:
        self.step = 0
        self._encoder = encoder
        self._config = config
        self._out = out
        self._optimizer = torch.optim.AdamW(
            [
                {"params": _trained(encoder.body), "peak": config["rate"]},
                {"params": list(encoder.head.parameters()), "peak": config["head_rate"]},
            ],
            weight_decay=config["decay"],
            fused=True,
        )
        self._recent: deque[dict[str, float]] = deque(maxlen=_LOG_EVERY)
        self._tokens = 0
        self._started = time.monotonic()

    def take(self, examples: Sequence[Example]) -> None:
        """One step on one batch."""
        batch = pad([example.layout for example in examples])
        self._set_rate()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = self._encoder(batch.ids, batch.types, batch.mask)
        losses = _losses(logits.float(), batch, examples)
        weights = self._config["losses"]
        total = sum(weights[name] * loss for name, loss in losses.items())
        total.backward()
        torch.nn.utils.clip_grad_norm_(self._encoder.parameters(), 1.0)
        self._optimizer.step()
        self._optimizer.zero_grad()
        self.step += 1
        self._tokens += int(batch.mask.sum())
        self._recent.append({name: loss.item() for name, loss in losses.items()})
        if self.step % _LOG_EVERY == 0:
            self._log()
        if self.step % _SAVE_EVERY == 0:
            self.save()

    def save(self) -> None:
        """Write the checkpoint, whole or not at all."""
        state = {
            "step": self.step,
            "encoder": self._encoder.state_dict(),
            "optimizer": self._optimizer.state_dict(),
        }
        torch.save(state, self._out / "encoder.part")
        (self._out / "encoder.part").rename(self._out / "encoder.pt")

    def resume(self, start: Path | None = None) -> None:
        """Go on from the checkpoint, if there is one, or begin with the weights of `start`."""
        if start and not (self._out / "encoder.pt").exists():
            self._encoder.load_state_dict(torch.load(start, weights_only=True)["encoder"])
        if (self._out / "encoder.pt").exists():
            state = torch.load(self._out / "encoder.pt", weights_only=True)
            self.step = state["step"]
            self._encoder.load_state_dict(state["encoder"])
            self._optimizer.load_state_dict(state["optimizer"])

    def _set_rate(self) -> None:
        """Rise linearly, stay, and fall linearly to nothing at the end: a run can be made longer
        from where it began to fall (warmup, stable, decay: Hu et al. 2024, MiniCPM)."""
        warm, cool = self._config["warmup"], self._config["cooldown"]
        left = self._config["steps"] - self.step
        share = min(1.0, (self.step + 1) / warm, left / cool)
        for group in self._optimizer.param_groups:
            group["lr"] = group["peak"] * share

    def _log(self) -> None:
        mean = {
            name: round(sum(each[name] for each in self._recent) / len(self._recent), 4)
            for name in self._recent[0]
        }
        seconds = round(time.monotonic() - self._started)
        line = json.dumps({"step": self.step, "tokens": self._tokens, "seconds": seconds} | mean)
        with (self._out / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")


def _trained(body: torch.nn.Module) -> list[torch.nn.Parameter]:
    return [parameter for parameter in body.parameters() if parameter.requires_grad]


def _batches(examples: Examples, config: dict[str, Any], seed: int) -> Iterator[list[Example]]:
    """Batches without end, pass after pass, each of examples of about one length."""
    chance = random.Random(seed)
    passed = 0
    while True:
        several: list[Example] = []
        for example in examples.of_pass(seed + passed):
            several.append(example)
            if len(several) == _SHUFFLED:
                yield from _by_length(several, config["batch_tokens"], chance)
                several = []
        yield from _by_length(several, config["batch_tokens"], chance)
        passed += 1


def _by_length(
    examples: list[Example], tokens: int, chance: random.Random
) -> Iterator[list[Example]]:
    ordered = sorted(examples, key=lambda example: len(example.layout.ids))
    batches: list[list[Example]] = [[]]
    for example in ordered:
        if (len(batches[-1]) + 1) * padded(len(example.layout.ids)) > tokens:
            batches.append([])
        batches[-1].append(example)
    chance.shuffle(batches)
    yield from (batch for batch in batches if batch)


def _losses(logits: Tensor, batch: Batch, examples: Sequence[Example]) -> dict[str, Tensor]:
    """Three losses, each a mean over the batch.

    `listwise`: the probability of the sentences that answer, together, among all and "none";
    `each`: the probability of each sentence against "none" (several may answer, all are wanted);
    `words`: where the words of the answer start and end, at [CLS] if nowhere.
    """
    listwise, each = [], []
    for scores, example in zip(logits[..., SENTENCE], examples, strict=True):
        against_none = scores[list(example.layout.markers)] - scores[0]
        sure = torch.tensor([label is not None for label in example.labels])
        wanted = torch.tensor([float(label or 0) for label in example.labels])
        known, target = against_none[sure], wanted[sure]
        everything = torch.cat([scores.new_zeros(1), known]).logsumexp(0)
        right = known[target == 1].logsumexp(0) if target.any() else scores.new_zeros(())
        listwise.append(everything - right)
        each.append(binary_cross_entropy_with_logits(known, target, reduction="sum"))
    return {
        "listwise": torch.stack(listwise).mean(),
        "each": torch.stack(each).mean(),
        "words": _words_loss(logits, batch, examples),
    }


def _words_loss(logits: Tensor, batch: Batch, examples: Sequence[Example]) -> Tensor:
    """Only [CLS] and the paragraph's tokens can hold the answer."""
    possible = batch.types.bool() & batch.mask.bool()
    possible[:, 0] = True
    total = logits.new_zeros(())
    for side, kind in enumerate((START, END)):
        at = [UNKNOWN if each.answer is None else each.answer[side] for each in examples]
        scores = logits[..., kind].masked_fill(~possible, _NOWHERE)
        # All unknown would be nought divided by nought.
        if any(place != UNKNOWN for place in at):
            total = total + cross_entropy(scores, torch.tensor(at), ignore_index=UNKNOWN)
    return total / 2


if __name__ == "__main__":
    run_program(main)
