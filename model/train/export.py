"""Exports the fitted pipeline to ONNX: one input, outputs `logit` and `score`, nothing else in it."""

import onnx
from onnx import ModelProto, TensorProto, helper
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.pipeline import Pipeline

from contract import FEATURES

OPSET = 18
IR_VERSION = 9
INPUT, LOGIT, SCORE = "features", "logit", "score"
# The graph that is expected to remain, with the names that its values and weights get.
NODES = (
    ("Min", "capped", "caps"), ("Max", "clipped", "zero"), ("Sqrt", "root", None), ("Mul", "scaled", "scales"),
    ("Floor", "steps", None), ("MatMul", "weighted", "w1"), ("Add", "summed", "b1"), ("Relu", "hidden", None),
    ("MatMul", "voted", "w2"), ("Add", LOGIT, "b2"), ("Sigmoid", SCORE, None),
)  # fmt: skip


def _cut(model: ModelProto, name: str, version: int) -> ModelProto:
    """Keeps the chain up to the sigmoid: behind it the converter adds the label and the other class, before it a cast
    of float64 to float64."""
    chain = [node for node in model.graph.node if node.op_type != "Cast"][: len(NODES)]
    assert [node.op_type for node in chain] == [kind for kind, _, _ in NODES], "skl2onnx made another graph"
    weights = {weight.name: weight for weight in model.graph.initializer}
    nodes, kept, value = [], [], INPUT
    for node, (kind, output, weight) in zip(chain, NODES, strict=True):
        inputs = [value]
        if weight is not None:
            kept.append(weights[node.input[1]])
            kept[-1].name = weight
            inputs.append(weight)
        nodes.append(helper.make_node(kind, inputs, [output], name=output))
        value = output
    outputs = [helper.make_tensor_value_info(name, TensorProto.DOUBLE, ["N", 1]) for name in (LOGIT, SCORE)]
    features = helper.make_tensor_value_info(INPUT, TensorProto.DOUBLE, ["N", len(FEATURES)])
    graph = helper.make_graph(nodes, name, [features], outputs, kept)
    opsets = [helper.make_opsetid("", OPSET)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, model_version=version)


def export(pipeline: Pipeline, name: str, version: int) -> bytes:
    """The model as ONNX, the same bytes for the same weights."""
    shape = [(INPUT, DoubleTensorType([None, len(FEATURES)]))]
    options = {id(pipeline): {"zipmap": False}}
    whole = to_onnx(pipeline, initial_types=shape, options=options, target_opset={"": OPSET, "ai.onnx.ml": 1})
    model = _cut(whole, name, version)
    assert all(weight.data_type == TensorProto.DOUBLE for weight in model.graph.initializer), "a weight is not float64"
    onnx.checker.check_model(model, full_check=True)
    return model.SerializeToString(deterministic=True)
