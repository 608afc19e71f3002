#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A model directory as ONNX, in the shape in which exporters write BERT: the peer's own input.

    onnx_graph.py MODEL OUT.onnx             f32
    onnx_graph.py --int8 IN.onnx OUT.onnx    onnxruntime's dynamic quantisation of it, as it comes

The graph ends with the mean over a text's tokens and its L2 norm, so that the peer does that work
in its own kernels. Needs the packages onnx and numpy, and onnxruntime for --int8.
"""

import json
import os
import struct
import sys

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper


def read_safetensors(path):
    with open(path, "rb") as file:
        size = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(size))
        data = file.read()
    header.pop("__metadata__", None)
    return {
        name: numpy.frombuffer(data[slice(*entry["data_offsets"])], "<f4").reshape(entry["shape"])
        for name, entry in header.items() if entry["dtype"] == "F32"
    }


class Graph:
    """Nodes and initialisers; a node's output is named for the node."""

    def __init__(self):
        self.nodes, self.constants = [], []

    def constant(self, name, value):
        self.constants.append(numpy_helper.from_array(numpy.ascontiguousarray(value), name))
        return name

    def add(self, kind, inputs, name, **attributes):
        self.nodes.append(helper.make_node(kind, inputs, [name], name=name, **attributes))
        return name


def add_linear(graph, weights, source, prefix, name):
    weight = graph.constant(f"{name}.weight", weights[f"{prefix}.weight"].T)
    bias = graph.constant(f"{name}.bias", weights[f"{prefix}.bias"])
    product = graph.add("MatMul", [source, weight], f"{name}.matmul")
    return graph.add("Add", [product, bias], name)


def add_norm(graph, weights, source, prefix, name, eps):
    gamma = graph.constant(f"{name}.gamma", weights[f"{prefix}.weight"])
    beta = graph.constant(f"{name}.beta", weights[f"{prefix}.bias"])
    return graph.add("LayerNormalization", [source, gamma, beta], name, axis=-1, epsilon=eps)


def add_heads(graph, source, name, order):
    split = graph.add("Reshape", [source, "head_shape"], f"{name}.split")
    return graph.add("Transpose", [split], f"{name}.heads", perm=order)


def add_attention(graph, weights, x, prefix, name):
    parts = {}
    for part, order in (("query", [0, 2, 1, 3]), ("key", [0, 2, 3, 1]), ("value", [0, 2, 1, 3])):
        linear = add_linear(graph, weights, x, f"{prefix}.self.{part}", f"{name}.{part}")
        parts[part] = add_heads(graph, linear, f"{name}.{part}", order)
    scores = graph.add("MatMul", [parts["query"], parts["key"]], f"{name}.scores")
    scaled = graph.add("Div", [scores, "head_norm"], f"{name}.scaled")
    masked = graph.add("Add", [scaled, "mask_bias"], f"{name}.masked")
    attention = graph.add("Softmax", [masked], f"{name}.softmax", axis=-1)
    mixed = graph.add("MatMul", [attention, parts["value"]], f"{name}.mixed")
    rows = graph.add("Transpose", [mixed], f"{name}.rows", perm=[0, 2, 1, 3])
    joined = graph.add("Reshape", [rows, "hidden_shape"], f"{name}.joined")
    return add_linear(graph, weights, joined, f"{prefix}.output.dense", f"{name}.output")


def add_gelu(graph, x, name):
    scaled = graph.add("Div", [x, "sqrt_2"], f"{name}.scaled")
    error = graph.add("Erf", [scaled], f"{name}.erf")
    shifted = graph.add("Add", [error, "one"], f"{name}.shifted")
    product = graph.add("Mul", [x, shifted], f"{name}.product")
    return graph.add("Mul", [product, "half"], name)


def add_layer(graph, weights, x, index, eps):
    prefix, name = f"encoder.layer.{index}", f"layer{index}"
    attention = add_attention(graph, weights, x, f"{prefix}.attention", f"{name}.attention")
    sum1 = graph.add("Add", [attention, x], f"{name}.sum1")
    x = add_norm(graph, weights, sum1, f"{prefix}.attention.output.LayerNorm", f"{name}.norm1", eps)
    inside = add_linear(graph, weights, x, f"{prefix}.intermediate.dense", f"{name}.inside")
    activated = add_gelu(graph, inside, f"{name}.gelu")
    outside = add_linear(graph, weights, activated, f"{prefix}.output.dense", f"{name}.outside")
    sum2 = graph.add("Add", [outside, x], f"{name}.sum2")
    return add_norm(graph, weights, sum2, f"{prefix}.output.LayerNorm", f"{name}.norm2", eps)


def add_embeddings(graph, weights, eps):
    table = {part: graph.constant(f"{part}_embeddings", weights[f"embeddings.{part}_embeddings.weight"])
             for part in ("word", "position")}
    segment = graph.constant("segment", weights["embeddings.token_type_embeddings.weight"][0])
    word = graph.add("Gather", [table["word"], "ids"], "word", axis=0)
    shape = graph.add("Shape", ["ids"], "shape")
    until = graph.add("Gather", [shape, "index_1"], "until", axis=0)
    rows = graph.add("Slice", [table["position"], "start_0", until, "axis_0"], "position")
    with_segment = graph.add("Add", [word, segment], "word_and_segment")
    total = graph.add("Add", [with_segment, rows], "embedded")
    return add_norm(graph, weights, total, "embeddings.LayerNorm", "embedding_norm", eps)


def add_pooling(graph, x):
    weight = graph.add("Unsqueeze", ["mask_f32", "axis_2"], "token_weight")
    weighted = graph.add("Mul", [x, weight], "weighted")
    total = graph.add("ReduceSum", [weighted, "axis_1"], "total", keepdims=0)
    tokens = graph.add("ReduceSum", ["token_weight", "axis_1"], "tokens", keepdims=0)
    mean = graph.add("Div", [total, tokens], "mean")
    norm = graph.add("ReduceL2", [mean], "norm", axes=[1], keepdims=1)
    return graph.add("Div", [mean, norm], "vectors")


def add_constants(graph, config):
    heads, hidden = config["num_attention_heads"], config["hidden_size"]
    width = hidden // heads
    for name, value in {
        "head_shape": numpy.array([0, 0, heads, width]), "hidden_shape": numpy.array([0, 0, hidden]),
        "index_1": numpy.array([1]), "start_0": numpy.array([0]),
        "axis_0": numpy.array([0]), "axis_1": numpy.array([1]), "axis_2": numpy.array([2]),
        "mask_axes": numpy.array([1, 2]),
        "head_norm": numpy.float32(width ** 0.5), "sqrt_2": numpy.float32(2 ** 0.5),
        "one": numpy.float32(1), "half": numpy.float32(0.5), "lowest": numpy.float32(-1e9),
    }.items():
        graph.constant(name, numpy.asarray(value))


def build(directory):
    with open(os.path.join(directory, "config.json")) as file:
        config = json.load(file)
    if config["hidden_act"] != "gelu":
        raise SystemExit(f"onnx_graph: activation {config['hidden_act']}, can do gelu")
    weights = read_safetensors(os.path.join(directory, "model.safetensors"))
    graph = Graph()
    add_constants(graph, config)
    graph.add("Cast", ["mask"], "mask_f32", to=TensorProto.FLOAT)
    absent = graph.add("Sub", ["one", "mask_f32"], "absent")
    bias = graph.add("Mul", [absent, "lowest"], "flat_bias")
    graph.add("Unsqueeze", [bias, "mask_axes"], "mask_bias")
    x = add_embeddings(graph, weights, config["layer_norm_eps"])
    for index in range(config["num_hidden_layers"]):
        x = add_layer(graph, weights, x, index, config["layer_norm_eps"])
    add_pooling(graph, x)
    shape = ["texts", "tokens"]
    inputs = [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name in ("ids", "mask")]
    outputs = [helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["texts", config["hidden_size"]])]
    made = helper.make_graph(graph.nodes, "bert", inputs, outputs, graph.constants)
    model = helper.make_model(made, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(model)
    return model


def main():
    if len(sys.argv) == 4 and sys.argv[1] == "--int8":
        from onnxruntime.quantization import quantize_dynamic
        quantize_dynamic(sys.argv[2], sys.argv[3])
        return
    if len(sys.argv) != 3:
        raise SystemExit(__doc__)
    onnx.save(build(sys.argv[1]), sys.argv[2])


if __name__ == "__main__":
    main()
