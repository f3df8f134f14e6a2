"""How a functional model is wired, read from its tensors: as steps, as a formula.

Layer names do not matter here, and neither does the style: a `ReLU` layer, an
`Activation` and `keras.ops.relu` are one and the same step.
"""

from dataclasses import dataclass

from resnet_lesson.base.quiet import keras

layers = keras.layers


@dataclass(frozen=True)
class Step:
    """One operation of a model.

    kind: "conv 3×3", "conv 1×1/2" (stride 2), "bn", "relu", "+", "max 3×3/2", ...
    operation: the Keras layer or operation.
    inputs: indices of the steps that it reads, -1 for the model's input.
    shape: of its output, without the batch.
    """

    kind: str
    operation: object
    inputs: tuple[int, ...]
    shape: tuple


def steps(model):
    """The operations of a model with one input and one output.

    Args:
        model: a functional model; models inside it are unfolded.

    Returns:
        A list of `Step` in an order of computation. Of the branches that meet
        in a sum, the one with more convolutions comes first: F, then the
        shortcut.
    """
    walk = _Walk({id(model.inputs[0]): -1}, [], {})
    walk.visit(model.outputs[0])
    return walk.found


def formula(model):
    """A model as a formula, such as "relu(bn(conv 3×3(x)) + x)"."""
    found = steps(model)
    texts = {-1: "x"}
    for place, step in enumerate(found):
        inputs = [texts[i] for i in step.inputs]
        joined = " + ".join(inputs) if step.kind == "+" else ", ".join(inputs)
        nested = place + 1 < len(found) and step.kind == "+"
        texts[place] = f"({joined})" if nested else joined
        if step.kind != "+":
            inner = joined[1:-1] if _is_sum(found, step) else joined
            texts[place] = f"{step.kind}({inner})"
    return texts[len(found) - 1]


def _is_sum(found, step):
    first = step.inputs[0]
    return len(step.inputs) == 1 and first >= 0 and found[first].kind == "+"


@dataclass
class _Walk:
    """Backwards from the output, each tensor once."""

    places: dict  # id of a tensor: index of the step that makes it
    found: list
    lengths: dict  # id of a tensor: convolutions on the longest way to it

    def visit(self, tensor):
        """Add the steps that lead to a tensor; returns the index of its own."""
        if id(tensor) in self.places:
            return self.places[id(tensor)]
        operation, sources = _origin(tensor)
        if isinstance(operation, keras.Model):
            inside = {id(operation.inputs[0]): self.visit(sources[0])}
            place = _Walk(inside, self.found, {}).visit(operation.outputs[0])
        else:
            sources = sorted(sources, key=self.length, reverse=True)
            inputs = tuple(map(self.visit, sources))
            for kind in _kinds(operation):
                shape = tuple(tensor.shape[1:])
                self.found.append(Step(kind, operation, inputs, shape))
                inputs = (len(self.found) - 1,)
            place = inputs[0]  # that of the last step, or of the input's
        self.places[id(tensor)] = place
        return place

    def length(self, tensor):
        if id(tensor) not in self.lengths:
            operation, sources = _origin(tensor)
            own = isinstance(operation, layers.Conv2D)
            if isinstance(operation, keras.Model):
                own = self.length(operation.outputs[0])
            before = max(map(self.length, sources), default=0)
            self.lengths[id(tensor)] = before + own
        return self.lengths[id(tensor)]


def _origin(tensor):
    """The operation that makes a tensor, and the tensors that it reads."""
    # The tensor's own record tells calls of one layer apart; `layer.input` cannot.
    operation, node, _ = tensor._keras_history
    return operation, operation._inbound_nodes[node].input_tensors


def _kinds(operation):
    """What an operation does: one kind, or two where an activation is built in."""
    name = type(operation).__name__
    if isinstance(operation, layers.Conv2D):
        kinds = [f"conv {_window(operation.kernel_size, operation.strides)}"]
    elif isinstance(operation, (layers.MaxPooling2D, layers.AveragePooling2D)):
        word = "max" if isinstance(operation, layers.MaxPooling2D) else "average"
        kinds = [f"{word} {_window(operation.pool_size, operation.strides)}"]
    elif name == "Maximum":  # `keras.ops.maximum(x, 0)`
        values = operation._inbound_nodes[0].arguments.args
        return ["relu" if 0 in [v for v in values if _is_number(v)] else "maximum"]
    else:
        kinds = [NAMES.get(name, name)]
    activation = getattr(operation, "activation", None)
    if activation is not None:
        named = [] if name == "Activation" else kinds
        kinds = [*named, getattr(activation, "__name__", "activation")]
    return [kind for kind in kinds if kind not in ("linear", "Identity")]


NAMES = {
    "Add": "+",
    "BatchNormalization": "bn",
    "Concatenate": "concatenate",
    "Dense": "dense",
    "GlobalAveragePooling2D": "global average",
    "Mean": "global average",
    "ReLU": "relu",
    "Relu": "relu",
    "Softmax": "softmax",
    "ZeroPadding2D": "pad",
}


def _window(size, strides):
    stride = strides[0]
    return f"{size[0]}×{size[1]}" + (f"/{stride}" if stride > 1 else "")


def _is_number(value):
    return isinstance(value, (int, float)) and not isinstance(value, bool)
