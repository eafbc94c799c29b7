"""Make a reader of a checkpoint: python -m rag.read.training.export RUN OUT

RUN is the folder that `train` wrote. OUT receives `reader.onnx`, and its hash in `manifest.json`.
Weights of products are 8-bit integers with a scale for each output; the embedding table has a scale
for each row: one scale for the whole table cost 2.5 points.
"""

import argparse
import json
import tempfile
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import GraphProto, TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from index.model import file_sha256, locate
from rag.cli import run_program
from rag.read.trained import MANIFEST, WEIGHTS
from rag.read.training.encoder import Encoder

_TABLE = "body.embeddings.word_embeddings.weight"
_INPUTS = ("ids", "types")


def main() -> None:
    """Export the run that the command line names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    given = parser.parse_args()
    export(given.run / "encoder.pt", given.out)


def export(checkpoint: Path, out: Path) -> None:
    """Write the network of a checkpoint to `out`, and its hash into the manifest there."""
    encoder = Encoder(locate(None).folder)
    encoder.load_state_dict(torch.load(checkpoint, weights_only=True)["encoder"])
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder) / "whole.onnx", Path(folder) / "small.onnx"
        _to_onnx(encoder.eval(), whole)
        quantize_dynamic(
            whole,
            small,
            per_channel=True,
            weight_type=QuantType.QInt8,
            op_types_to_quantize=["MatMul", "Gemm"],
        )
        model = onnx.load(small)
    _quantise_rows(model.graph, _TABLE)
    model.producer_name, model.doc_string = "pincite", ""
    onnx.checker.check_model(model)
    onnx.save(model, out / WEIGHTS)
    manifest = out / MANIFEST
    known = json.loads(manifest.read_text(encoding="utf-8")) if manifest.exists() else {}
    known |= {"sha256": file_sha256(out / WEIGHTS), "bytes": (out / WEIGHTS).stat().st_size}
    manifest.write_text(json.dumps(known, indent=2) + "\n", encoding="utf-8")


def _to_onnx(encoder: Encoder, file: Path) -> None:
    """For one input at a time, so without a mask: nothing is padded."""
    # Two tensors: of one that is given twice, the exporter makes one input.
    ids, types = torch.ones(1, 8, dtype=torch.long), torch.zeros(1, 8, dtype=torch.long)
    tokens = torch.export.Dim("tokens", min=2, max=512)
    torch.onnx.export(
        encoder,
        (ids, types, None),
        str(file),
        input_names=list(_INPUTS),
        output_names=["logits"],
        dynamic_shapes={"ids": {1: tokens}, "types": {1: tokens}, "mask": None},
        dynamo=True,
        external_data=False,
    )


def _quantise_rows(graph: GraphProto, name: str) -> None:
    """Replace a table that rows are gathered from by 8-bit integers and a scale for each row."""
    (table,) = (each for each in graph.initializer if each.name.endswith(name))
    rows: NDArray[np.float32] = numpy_helper.to_array(table)
    scales = np.abs(rows).max(axis=1, keepdims=True) / 127
    whole = np.round(rows / np.maximum(scales, 1e-12)).astype(np.int8)
    (gather,) = (node for node in graph.node if table.name in node.input)
    place, ids, (wanted,) = list(graph.node).index(gather), gather.input[1], gather.output
    graph.node.remove(gather)
    graph.initializer.remove(table)
    graph.initializer.append(numpy_helper.from_array(whole, "rows"))
    graph.initializer.append(numpy_helper.from_array(scales.astype(np.float32), "scales"))
    new = [
        helper.make_node("Gather", ["rows", ids], ["row_integers"], axis=0),
        helper.make_node("Cast", ["row_integers"], ["row_values"], to=TensorProto.FLOAT),
        helper.make_node("Gather", ["scales", ids], ["row_scales"], axis=0),
        helper.make_node("Mul", ["row_values", "row_scales"], [wanted]),
    ]
    for node in reversed(new):
        graph.node.insert(place, node)


if __name__ == "__main__":
    run_program(main)
