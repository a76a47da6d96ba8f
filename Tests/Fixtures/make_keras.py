"""Makes Tests/Fixtures/onnx/keras.pack: small Keras models in the exports of tf2onnx and of Keras
itself, rows, and what ONNX Runtime answers.

    VENV-WITH-TENSORFLOW/bin/python Tests/Fixtures/make_keras.py

Made with keras 3.15.1, tensorflow-cpu 2.21.0, tf2onnx 1.17.0, onnx 1.23.2, onnxruntime 1.32.0. The
script prints the operators of each graph: they are the table in Sources/VigieEngine/ONNX.
"""

import os
import tempfile
from collections import Counter
from pathlib import Path

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import numpy as np
import onnx
import tensorflow as tf
import tf2onnx
from keras import layers
from onnx_pack import Pack

FEATURES = 30


def autoencoder():
    inputs = keras.Input((FEATURES,), name="input")
    hidden = layers.Dense(16, activation="relu")(inputs)
    hidden = layers.Dense(8, activation="relu")(hidden)
    hidden = layers.Dense(16, activation="relu")(hidden)
    return keras.Model(inputs, layers.Dense(FEATURES)(hidden))


def normalized_autoencoder():
    """`keras.layers.Normalization` breaks both exporters; batch normalisation without epsilon, scale
    and centre is the same function of the training data's mean and variance."""
    inputs = keras.Input((12,), name="input")
    scaler = layers.BatchNormalization(epsilon=0, center=False, scale=False)
    hidden = layers.Dense(6, activation="tanh")(scaler(inputs))
    hidden = layers.Dense(3, activation="elu")(hidden)
    return keras.Model(inputs, layers.Dense(12)(hidden))


def classifier():
    inputs = keras.Input((FEATURES,), name="input")
    hidden = layers.Dense(64, activation="relu")(inputs)
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.Dropout(0.2)(hidden)
    hidden = layers.Dense(32, activation="relu")(hidden)
    return keras.Model(inputs, layers.Dense(1, activation="sigmoid")(hidden))


def gelu(x):
    """Both exporters lack Erfc, which the exact one needs."""
    return keras.activations.gelu(x, approximate=True)


def activations():
    inputs = keras.Input((6,), name="input")
    parts = []
    for name in ["selu", "softplus", "softsign", "silu", "leaky_relu", "mish", "elu", "relu6"]:
        parts.append(layers.Dense(3, activation=name)(inputs))
    parts.append(layers.Dense(3, activation=gelu)(inputs))
    parts.append(layers.PReLU()(layers.Dense(3)(inputs)))
    parts.append(layers.ReLU(max_value=6, negative_slope=0.1)(layers.Dense(3)(inputs)))
    parts.append(layers.Dense(3, activation="hard_sigmoid")(inputs))
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(layers.Concatenate()(parts)))


def forecaster():
    inputs = keras.Input((56, 1), name="input")
    return keras.Model(inputs, layers.Dense(7)(layers.LSTM(24)(inputs)))


def unrolled():
    inputs = keras.Input((5, 2), name="input")
    return keras.Model(inputs, layers.Dense(1)(layers.LSTM(6, unroll=True)(inputs)))


def stacked():
    inputs = keras.Input((14, 3), name="input")
    hidden = layers.LSTM(10, return_sequences=True)(inputs)
    hidden = layers.LSTM(7, dropout=0.1)(hidden)
    return keras.Model(inputs, layers.Dense(2)(hidden))


def bidirectional():
    inputs = keras.Input((12, 2), name="input")
    hidden = layers.Bidirectional(layers.LSTM(5, return_sequences=True))(inputs)
    hidden = layers.Bidirectional(layers.LSTM(4))(hidden)
    return keras.Model(inputs, layers.Dense(1)(hidden))


def gru():
    inputs = keras.Input((10, 3), name="input")
    return keras.Model(inputs, layers.Dense(2)(layers.GRU(8)(inputs)))


def gru_unrolled():
    inputs = keras.Input((4, 3), name="input")
    return keras.Model(inputs, layers.Dense(2)(layers.GRU(5, unroll=True)(inputs)))


def simple_rnn():
    inputs = keras.Input((9, 2), name="input")
    return keras.Model(inputs, layers.Dense(2)(layers.SimpleRNN(6)(inputs)))


def intents():
    inputs = keras.Input((12,), name="input", dtype="int32")
    hidden = layers.Embedding(40, 8, mask_zero=True)(inputs)
    hidden = layers.GlobalAveragePooling1D()(hidden)
    return keras.Model(inputs, layers.Dense(5, activation="softmax")(hidden))


def convolutional():
    inputs = keras.Input((32, 3), name="input")
    hidden = layers.Conv1D(8, 5, padding="same", activation="relu")(inputs)
    hidden = layers.MaxPooling1D(2)(hidden)
    hidden = layers.Conv1D(6, 3, padding="causal", dilation_rate=2)(hidden)
    hidden = layers.BatchNormalization()(hidden)
    hidden = layers.ReLU()(hidden)
    hidden = layers.AveragePooling1D(2, padding="same")(hidden)
    hidden = layers.SeparableConv1D(5, 3)(hidden)
    both = layers.Concatenate()(
        [layers.GlobalAveragePooling1D()(hidden), layers.GlobalMaxPooling1D()(hidden)]
    )
    return keras.Model(inputs, layers.Dense(3, activation="softmax")(both))


def image():
    inputs = keras.Input((12, 12, 1), name="input")
    hidden = layers.Conv2D(4, 3, strides=2, padding="same", activation="relu")(inputs)
    hidden = layers.DepthwiseConv2D(3)(hidden)
    hidden = layers.MaxPooling2D(2)(hidden)
    return keras.Model(inputs, layers.Dense(3)(layers.Flatten()(hidden)))


def attention():
    inputs = keras.Input((8, 12), name="input")
    mixed = layers.MultiHeadAttention(num_heads=3, key_dim=4)(inputs, inputs)
    hidden = layers.LayerNormalization()(layers.Add()([inputs, mixed]))
    wide = layers.Dense(12)(layers.Dense(20, activation=gelu)(hidden))
    hidden = layers.LayerNormalization()(layers.Add()([hidden, wide]))
    return keras.Model(inputs, layers.Dense(2)(layers.GlobalAveragePooling1D()(hidden)))


MODELS = {
    f.__name__: f
    for f in [
        autoencoder,
        normalized_autoencoder,
        classifier,
        activations,
        forecaster,
        unrolled,
        stacked,
        bidirectional,
        gru,
        gru_unrolled,
        simple_rnn,
        intents,
        convolutional,
        image,
        attention,
    ]
}


def shaken(model, seed):
    """Weights of a trained model's kind: no zero biases, no unit variances."""
    rng = np.random.default_rng(seed)
    weights = []
    for variable, value in zip(model.weights, model.get_weights(), strict=True):
        if value.dtype.kind != "f":
            weights.append(value)
        elif "variance" in variable.path:
            weights.append(rng.uniform(0.5, 2, value.shape).astype(value.dtype))
        else:
            weights.append((value + rng.normal(size=value.shape) * 0.1).astype(value.dtype))
    model.set_weights(weights)
    return model


def tf2onnx_export(model, opset):
    signature = [tf.TensorSpec((None, *model.input.shape[1:]), model.input.dtype, name="input")]
    function = tf.function(lambda x: model(x, training=False), input_signature=signature)
    proto, _ = tf2onnx.convert.from_function(function, input_signature=signature, opset=opset)
    return proto.SerializeToString()


def keras_export(model, opset):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        model.export(path, format="onnx", verbose=False, opset_version=opset)
        return path.read_bytes()


def rows(model, seed):
    rng = np.random.default_rng(seed)
    shape = (5, *model.input.shape[1:])
    if model.input.dtype == "int32":
        ids = rng.integers(1, 40, shape).astype(np.int32)
        for row in range(1, 5):
            ids[row, 12 - 2 * row :] = 0
        return ids
    return rng.normal(size=shape).astype(np.float32)


def main():
    pack = Pack("keras.pack")
    for seed, (name, make) in enumerate(MODELS.items()):
        keras.backend.clear_session()
        keras.utils.set_random_seed(seed)
        model = shaken(make(), seed)
        feeds = rows(model, seed)
        expected = model(feeds, training=False).numpy()
        exports = [
            ("tf2onnx-15", tf2onnx_export, 15),
            ("keras-18", keras_export, 18),
        ]
        seen = set()
        for label, export, opset in exports:
            try:
                data = export(model, opset)
                graph = onnx.load_model_from_string(data)
                key = graph.graph.SerializeToString()
                if key in seen:
                    continue
                seen.add(key)
                answers = pack.add_run(f"{name}/{label}", data, {graph.graph.input[0].name: feeds})
            except Exception as error:  # noqa: BLE001 what an exporter cannot do is what we want to know
                print(f"{name}/{label}: {type(error).__name__}: {str(error)[:150]}", flush=True)
                continue
            answer = next(iter(answers.values()))
            distance = np.abs(answer - expected).max()
            assert distance < 1e-4, (name, label, distance)
            operators = Counter(node.op_type for node in graph.graph.node)
            versions = [(entry.domain, entry.version) for entry in graph.opset_import]
            print(f"{name}/{label}: {len(data):,} bytes, {versions}, {dict(operators)}", flush=True)
    pack.write()


if __name__ == "__main__":
    main()
