"""Weights that are truly worse: a copy of a GGUF file whose numbers in some layers are partly noise.

What a fine-tuning gone wrong does to a model, made on the spot, so that a gate has something real to catch.
"""

import shutil
from pathlib import Path

import numpy as np
from gguf import GGUFReader, dequantize, quantize

TENSOR = "blk.{layer}.{part}.weight"
PARTS = ("attn_output", "ffn_down")


def worsened(source: Path, target: Path, *, layers: range, noise: float, seed: int = 0) -> Path:
    """Copy weights, and add noise to the output of the layers' attention and feed-forward parts.

    Args:
        noise: standard deviation of what is added, as a share of that of the tensor's own numbers.
    """
    shutil.copyfile(source, target)
    random = np.random.default_rng(seed)
    wanted = {TENSOR.format(layer=layer, part=part) for layer in layers for part in PARTS}
    for tensor in GGUFReader(target, "r+").tensors:
        if tensor.name in wanted:
            numbers = dequantize(tensor.data, tensor.tensor_type)
            numbers += random.normal(0.0, noise * numbers.std(), numbers.shape).astype(np.float32)
            tensor.data[:] = quantize(numbers, tensor.tensor_type)
            wanted.discard(tensor.name)
    assert not wanted, wanted
    return target
