"""What make_lightgbm.py and make_forest.py share: rows, and how a case is written.

A folder has rows.f64 (little-endian float64, row-major, ROWS x FEATURES) and cases.json. For each case
there are the model's file and <case>.f64: the outputs of all rows, then, if the case has any, the
contributions of the first EXPLAINED rows (a value a feature, then the base value; output after
output), then the same against a background of the first BACKGROUND ordinary rows.
"""

import json
import pathlib

import numpy as np

ROWS, FEATURES, EXPLAINED, BACKGROUND = 240, 6, 20, 70
SMALLEST = float(np.float32(1e-35))
SPECIALS = [
    0.0, -0.0, np.nan, np.inf, -np.inf, 1e-36, -1e-36, SMALLEST, -SMALLEST,
    float(np.nextafter(SMALLEST, 1)), 5e-324, 1e300, -1e300, 2.0**31, 2.0**32 + 1, -1.0, -0.5, 0.5,
    1.9, 70000.0,
]  # fmt: skip


def training(seed: int, count: int = 500) -> tuple[np.ndarray, np.ndarray]:
    """Rows and a target that depends on them: two columns of steps, two of categories, NaN."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, FEATURES))
    x[:, 2:4] = np.round(x[:, 2:4] * 4) / 4
    x[:, 4] = random.integers(0, 8, count)
    x[:, 5] = random.integers(0, 40, count)
    y = x[:, 0] + x[:, 1] * (x[:, 2] > 0) + (x[:, 5] % 3 == 0) + (x[:, 4] > 5) * x[:, 3]
    y += 0.1 * random.normal(size=count)
    x[random.random(x.shape) < 0.1] = np.nan
    return x, y


def rows() -> np.ndarray:
    """Ordinary rows first, then rows of which a third of the values are special ones."""
    x, _ = training(99, ROWS)
    random = np.random.default_rng(100)
    chosen = random.random(x.shape) < 0.3
    chosen[: ROWS // 2] = False
    x[chosen] = random.choice(SPECIALS, int(chosen.sum()))
    return x


def finite(values: np.ndarray) -> np.ndarray:
    """As the tests make of rows for models that take no NaN."""
    return np.clip(np.where(np.isnan(values), 0.25, values), -3e38, 3e38)


def background(values: np.ndarray) -> np.ndarray:
    """The first rows without anything special, which any model takes."""
    return values[(np.abs(values) < 1e30).all(axis=1)][:BACKGROUND]


class Folder:
    """Where the cases of one family go."""

    def __init__(self, name: str) -> None:
        self.path = pathlib.Path(__file__).parent / name
        self.path.mkdir(exist_ok=True)
        for old in self.path.iterdir():
            old.unlink()
        self.cases: list[dict] = []
        rows().astype("<f8").tofile(self.path / "rows.f64")

    def add(self, name: str, file: str, outputs, contributions=None, against=None, **more) -> None:
        """One case; `outputs` has ROWS rows, the others are (rows, outputs, FEATURES + 1)."""
        parts = [np.asarray(outputs, np.float64).ravel()]
        case = {"name": name, "file": file, "outputs": parts[0].size // ROWS}
        for key, values in (("explained", contributions), ("against", against)):
            case[key] = 0 if values is None else np.shape(values)[1]
            if values is not None:
                parts.append(np.asarray(values, np.float64).ravel())
        np.concatenate(parts).astype("<f8").tofile(self.path / f"{name}.f64")
        self.cases.append(case | more)

    def close(self, **more) -> None:
        index = {"rows": ROWS, "features": FEATURES, "explained": EXPLAINED} | more
        index["background"] = BACKGROUND
        index["cases"] = self.cases
        (self.path / "cases.json").write_text(json.dumps(index, indent=1) + "\n")
