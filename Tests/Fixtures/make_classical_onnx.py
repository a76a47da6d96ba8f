"""Makes Tests/Fixtures/onnx/classical.pack: single nodes of text, neighbour, reducing and vector
machine operators, at random, and what ONNX Runtime answers.

    LOCPATH=<folder with en_US.UTF-8> python Tests/Fixtures/make_classical_onnx.py
"""

import numpy as np
import onnx.helper as oh
from exports.pack import run
from onnx import TensorProto
from onnx_pack import Pack

ML, MICROSOFT = "ai.onnx.ml", "com.microsoft"
WORDS = ["a", "b", "card", "Été", "ÀB", "my", "the", "The", "", "x1", "ß", "déjà vu", "12.5", "a;b"]


class Nodes:
    """Graphs of one node."""

    def __init__(self, pack):
        self.pack = pack
        self.rng = np.random.default_rng(20261125)
        self.count = 0
        self.skipped = []

    def texts(self, *shape):
        return self.rng.choice(np.array(WORDS, dtype=object), size=shape)

    def add(self, op, feeds, outputs, domain="", **attributes):
        names = [f"y{number}" for number in range(len(outputs))]
        node = oh.make_node(op, list(feeds), names, domain=domain, **attributes)

        def info(name, array):
            text = array.dtype.kind in "OU"
            kind = TensorProto.STRING if text else oh.np_dtype_to_tensor_dtype(array.dtype)
            return oh.make_tensor_value_info(name, kind, [None] * array.ndim)

        graph = oh.make_graph(
            [node],
            "g",
            [info(name, array) for name, array in feeds.items()],
            [
                oh.make_tensor_value_info(n, kind, None)
                for n, kind in zip(names, outputs, strict=True)
            ],
        )
        sets = [oh.make_opsetid("", 21), oh.make_opsetid(ML, 4), oh.make_opsetid(MICROSOFT, 1)]
        model = oh.make_model(graph, opset_imports=sets, ir_version=9).SerializeToString()
        label = f"{op} {self.count}"
        try:
            results = run(model, feeds)
        except Exception as error:  # noqa: BLE001 (ONNX Runtime's own types are not public)
            self.skipped.append(f"{label}: {str(error)[-150:]}")
            return
        tensors = [(0, name, array) for name, array in feeds.items()]
        self.pack.add(label, model, tensors + [(1, name, array) for name, array in results.items()])
        self.count += 1


def text(nodes):
    string, real = TensorProto.STRING, TensorProto.FLOAT
    for change in ["NONE", "LOWER", "UPPER"]:
        for sensitive in [0, 1]:
            for stop in [None, ["The", "card"], WORDS]:
                more = {"case_change_action": change, "is_case_sensitive": sensitive}
                more |= {"stopwords": stop} if stop else {}
                nodes.add("StringNormalizer", {"x": nodes.texts(6)}, [string], **more)
                nodes.add("StringNormalizer", {"x": nodes.texts(1, 5)}, [string], **more)
    sentences = np.array([" ".join(nodes.texts(5)) for _ in range(6)], dtype=object)
    patterns = ["[a-zA-Z0-9_]+", ".", r"\b\w\w+\b", "[^ ]+", "(?i)the|my", "[à-ÿ]+", "a|ab|b;?", "x*",
                r"\d+(\.\d+)?", "^.|.$", "[[:alpha:]]{2,3}"]  # fmt: skip
    for expression in patterns:
        for mark in [0, 1]:
            for shortest in [1, 2]:
                more = {"mark": mark, "mincharnum": shortest, "pad_value": "#"}
                for shape in [(6,), (2, 3)]:
                    nodes.add("Tokenizer", {"x": sentences.reshape(shape)}, [string], MICROSOFT,
                              tokenexp=expression, **more)  # fmt: skip
    for separators in [[""], [" "], [";", " "], ["a", "[ ;]"]]:
        nodes.add("Tokenizer", {"x": sentences}, [string], MICROSOFT, separators=separators, mark=0,
                  mincharnum=1, pad_value="#")  # fmt: skip
    pool = ["a", "b", "my", "a", "b", "b", "a", "my", "my", "a", "b", "a", "b", "b", "b"]
    for mode in ["TF", "IDF", "TFIDF"]:
        for least, most in [(1, 1), (1, 2), (2, 2), (1, 3), (3, 3)]:
            for skips in [0, 1, 3]:
                more = {"mode": mode, "min_gram_length": least, "max_gram_length": most}
                more |= {"max_skip_count": skips, "ngram_counts": [0, 3, 9]}
                more |= {"ngram_indexes": [3, 1, 0, 2, 7, 5, 4, 6]}
                more |= {"weights": [2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]}
                words = nodes.rng.choice(np.array(["a", "b", "my", "z"], dtype=object), (4, 7))
                nodes.add("TfIdfVectorizer", {"x": words}, [real], pool_strings=pool, **more)
                numbers = nodes.rng.integers(0, 3, 9)
                whole = {"a": 0, "b": 1, "my": 2}
                for kind in [np.int64, np.int32]:
                    nodes.add("TfIdfVectorizer", {"x": numbers.astype(kind)}, [real],
                              pool_int64s=[whole[word] for word in pool], **more)  # fmt: skip
    nodes.add("StringConcat", {"a": nodes.texts(3, 1), "b": nodes.texts(1, 4)}, [string])
    nodes.add("StringConcat", {"a": nodes.texts(5), "b": nodes.texts(5)}, [string])
    for delimiter in [None, "", " ", ";", "a"]:
        for most in [None, 0, 1, 2]:
            more = {"delimiter": delimiter, "maxsplit": most}
            more = {name: value for name, value in more.items() if value is not None}
            nodes.add("StringSplit", {"x": sentences}, [string, TensorProto.INT64], **more)
    for expression in [r"\w+", "a.*", "[^0-9]*", "(my|the|card)", "", r"\d+\.\d"]:
        nodes.add(
            "RegexFullMatch", {"x": nodes.texts(3, 4)}, [TensorProto.BOOL], pattern=expression
        )


def numbers(nodes):
    real = {np.float32: TensorProto.FLOAT, np.float64: TensorProto.DOUBLE}
    for kind, proto in real.items():
        for op in ["ReduceLogSum", "ReduceLogSumExp"]:
            for axes in [[0], [1], [-1], [0, 2], [0, 1, 2]]:
                for keeps in [0, 1]:
                    x = np.abs(nodes.rng.normal(size=(2, 3, 4)).astype(kind)) * 50
                    feeds = {"x": x, "axes": np.array(axes, dtype=np.int64)}
                    nodes.add(op, feeds, [proto], keepdims=keeps)
        for metric in ["euclidean", "sqeuclidean"]:
            a, b = nodes.rng.normal(size=(4, 6)), nodes.rng.normal(size=(5, 6))
            feeds = {"a": a.astype(kind), "b": b.astype(kind)}
            nodes.add("CDist", feeds, [proto], MICROSOFT, metric=metric)


def vectors(nodes):
    kernels = ["LINEAR", "POLY", "RBF", "SIGMOID"]
    for kernel in kernels:
        for one_class in [0, 1]:
            x = nodes.rng.normal(size=(6, 5)).astype(np.float32)
            more = {"kernel_type": kernel, "kernel_params": [0.3, 0.5, 2.0], "rho": [0.1]}
            more |= {"coefficients": nodes.rng.normal(size=4).tolist(), "n_supports": 4}
            more |= {"support_vectors": nodes.rng.normal(size=20).tolist(), "one_class": one_class}
            nodes.add("SVMRegressor", {"x": x}, [TensorProto.FLOAT], ML, **more)
        for classes in [2, 3, 4]:
            for couples in [False, True]:
                counts = nodes.rng.integers(1, 4, classes).tolist()
                total, pairs = sum(counts), classes * (classes - 1) // 2
                more = {"kernel_type": kernel, "kernel_params": [0.3, 0.5, 2.0]}
                more |= {"vectors_per_class": counts, "classlabels_ints": list(range(classes))}
                more |= {"coefficients": nodes.rng.normal(size=total * (classes - 1)).tolist()}
                more |= {"support_vectors": nodes.rng.normal(size=total * 5).tolist()}
                more |= {"rho": nodes.rng.normal(size=pairs).tolist()}
                if couples:
                    more |= {"prob_a": (-np.abs(nodes.rng.normal(size=pairs))).tolist()}
                    more |= {"prob_b": nodes.rng.normal(size=pairs).tolist()}
                x = nodes.rng.normal(size=(6, 5)).astype(np.float32)
                outputs = [TensorProto.INT64, TensorProto.FLOAT]
                nodes.add("SVMClassifier", {"x": x}, outputs, ML, **more)


def main():
    pack = Pack("classical.pack")
    nodes = Nodes(pack)
    for part in [text, numbers, vectors]:
        part(nodes)
    pack.write()
    print(f"{nodes.count} graphs; ONNX Runtime cannot run {len(nodes.skipped)}:")
    for line in nodes.skipped:
        print("  " + line)


if __name__ == "__main__":
    main()
