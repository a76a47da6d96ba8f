"""Makes Tests/Fixtures/onnx/exports.pack: exports of scikit-learn, XGBoost and LightGBM, rows, and
what ONNX Runtime answers or, where it refuses a file, the trained model itself.

    LOCPATH=<folder with en_US.UTF-8> python Tests/Fixtures/make_sklearn_onnx.py [--all FILE]

ONNX Runtime lowers case only where the locale en_US.UTF-8 is installed. The committed pack has each
case at the converters' default operator sets, and at others where the graph has other operators;
`--all` writes every case at every set of exports/case.py.
"""

import argparse
import platform
import warnings
from pathlib import Path

import numpy as np
from exports.case import OPSETS, operators
from exports.matrix import all_cases
from exports.pack import run
from onnx_pack import Pack

warnings.filterwarnings("ignore")
FOLDER = Path(__file__).parent / "onnx"
ROWS = 16


def versions():
    """What made the fixtures."""
    import lightgbm
    import onnx
    import onnxmltools
    import onnxruntime
    import skl2onnx
    import sklearn
    import xgboost

    modules = [sklearn, skl2onnx, xgboost, lightgbm, onnxmltools, onnx, onnxruntime, np]
    found = {"python": platform.python_version()}
    return found | {module.__name__: module.__version__ for module in modules}


def answers(case, kind, model, feeds):
    """Outputs by name, and the tolerance that they may be held to; none for files that are wrong."""
    try:
        return run(model.SerializeToString(), feeds), case.tolerance
    except Exception as error:  # noqa: BLE001 (ONNX Runtime's own types are not public)
        if "locale" in str(error):
            raise
        if "bound to different types" in str(error) or not case.exact:
            return {}, 0
        expected = case.expected(kind, len(next(iter(feeds.values()))))
        names = {output.name for output in model.graph.output}
        return {name: value for name, value in expected.items() if name in names}, 1e-4


def cases_of(case, everything):
    """(kind, operator sets, model) of each conversion that differs from those before it."""
    for kind in case.kinds:
        seen = set()
        for opset in OPSETS:
            try:
                model = case.convert(kind, opset)
            except Exception as error:  # noqa: BLE001 (a converter raises whatever it likes)
                yield kind, opset, None, str(error)
                continue
            key = model.SerializeToString() if everything else operators(model)
            if key not in seen:
                seen.add(key)
                yield kind, opset, model, ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--all", type=Path)
    target = parser.parse_args().all
    for name, version in versions().items():
        print(name, version)
    pack = Pack(target.absolute() if target else "exports.pack")
    count, refused, wrong = 0, {}, []
    for name, case in all_cases().items():
        for kind, opset, model, error in cases_of(case, target is not None):
            label = f"{name}|{getattr(kind, '__name__', 'table')}|{opset}"
            if model is None:
                refused.setdefault(f"{name}: {error[:100]}", []).append(opset)
                continue
            feeds = case.feeds(kind, ROWS)
            outputs, tolerance = answers(case, kind, model, feeds)
            if not outputs:
                wrong.append(label)
                continue
            tensors = [(0, key, value) for key, value in feeds.items()]
            tensors += [(1, key, value) for key, value in outputs.items()]
            tensors.append((2, "tolerance", np.array(tolerance)))
            pack.add(label, model.SerializeToString(), tensors)
            count += 1
    pack.write()
    print(f"{count} graphs; converters refuse:")
    for text, opsets in refused.items():
        print(" ", text.replace("\n", " "), opsets)
    print("files that ONNX Runtime refuses as wrong:", wrong)


if __name__ == "__main__":
    main()
