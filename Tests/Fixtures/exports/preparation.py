"""Preprocessors, alone and before a linear model."""

import numpy as np
import sklearn.preprocessing as prep
from sklearn.compose import ColumnTransformer
from sklearn.decomposition import PCA, IncrementalPCA, TruncatedSVD
from sklearn.feature_selection import (
    RFE,
    SelectFromModel,
    SelectKBest,
    VarianceThreshold,
)
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.random_projection import GaussianRandomProjection

from .case import Case
from .data import problem, table, words


def cases():
    x, y, _ = problem()
    xm, ym, _ = problem(2, missing=0.1)
    for name, estimator in {
        "standard-scaler": prep.StandardScaler(),
        "standard-scaler-no-mean": prep.StandardScaler(with_mean=False),
        "min-max-scaler": prep.MinMaxScaler(),
        "min-max-scaler-clip": prep.MinMaxScaler(clip=True),
        "max-abs-scaler": prep.MaxAbsScaler(),
        "robust-scaler": prep.RobustScaler(),
        "normalizer-l1": prep.Normalizer("l1"),
        "normalizer-l2": prep.Normalizer("l2"),
        "normalizer-max": prep.Normalizer("max"),
        "binarizer": prep.Binarizer(threshold=0.5),
        "k-bins-ordinal": prep.KBinsDiscretizer(4, encode="ordinal"),
        "k-bins-dense": prep.KBinsDiscretizer(4, encode="onehot-dense"),
        "polynomial": prep.PolynomialFeatures(2),
        "polynomial-interactions": prep.PolynomialFeatures(3, interaction_only=True),
        "power-yeo-johnson": prep.PowerTransformer(),
        "quantile-transformer": prep.QuantileTransformer(n_quantiles=10),
        "pca": PCA(3),
        "pca-whiten": PCA(3, whiten=True),
        "incremental-pca": IncrementalPCA(3),
        "truncated-svd": TruncatedSVD(3, random_state=0),
        "random-projection": GaussianRandomProjection(3, random_state=0),
        "variance-threshold": VarianceThreshold(1.5),
        "select-k-best": SelectKBest(k=3),
        "select-from-model": SelectFromModel(LogisticRegression()),
        "rfe": RFE(LogisticRegression(), n_features_to_select=3),
        "function-transformer": prep.FunctionTransformer(),
    }.items():
        yield Case(name, estimator, x, y)
    yield Case("power-box-cox", prep.PowerTransformer("box-cox"), np.abs(x) + 0.5, y,
               tolerance=1e-5, note="ONNX Runtime raises to powers in float32")  # fmt: skip
    for strategy in ["mean", "median", "most_frequent", "constant"]:
        yield Case(f"imputer-{strategy}", SimpleImputer(strategy=strategy), xm)
    zeros = np.where(np.isnan(xm), -1.0, xm)
    yield Case("imputer-of-minus-one", SimpleImputer(missing_values=-1.0), zeros)
    yield Case("imputer-indicator", SimpleImputer(add_indicator=True), xm, exact=False,
               note="the converter leaves the indicators out")  # fmt: skip
    # Their graph calls functions that the model brings with it.
    yield Case("knn-imputer", KNNImputer(n_neighbors=3), xm, kinds=(np.float32,))
    chain = make_pipeline(SimpleImputer(), prep.StandardScaler(), LogisticRegression())
    yield Case("imputer-scaler-logistic", chain, xm, ym)
    union = FeatureUnion([("scaled", prep.StandardScaler()), ("main", PCA(2))])
    yield Case("feature-union", make_pipeline(union, LogisticRegression()), x, y)
    yield Case(
        "polynomial-logistic",
        make_pipeline(
            prep.StandardScaler(), prep.PolynomialFeatures(2), LogisticRegression(max_iter=500)
        ),
        x,
        y,
    )
    yield Case("binner-logistic", make_pipeline(
        prep.KBinsDiscretizer(4, encode="onehot-dense"), LogisticRegression()), x, y)  # fmt: skip
    yield from _categories()
    yield from _tables()


def _categories():
    x, y = words()
    unknown = x.copy()
    unknown[3, 0] = "yacht"
    text = {"kinds": (np.float32,)}
    yield Case("one-hot", prep.OneHotEncoder(), x, **text)
    yield Case("one-hot-sparse-off", prep.OneHotEncoder(sparse_output=False), x, **text)
    yield Case("one-hot-unknown", prep.OneHotEncoder(handle_unknown="ignore"), x, rows=unknown,
               **text)  # fmt: skip
    yield Case("one-hot-drop", prep.OneHotEncoder(drop="first"), x, **text)
    numbers = np.random.default_rng(4).integers(0, 4, (300, 3)).astype(np.int64)
    yield Case("one-hot-integers", prep.OneHotEncoder(), numbers, kinds=(np.int64,))
    yield Case("one-hot-floats", prep.OneHotEncoder(), numbers.astype(np.float64))
    yield Case("ordinal", prep.OrdinalEncoder(), x, **text)
    yield Case(
        "ordinal-unknown",
        prep.OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1),
        x,
        rows=unknown,
        **text,
    )
    yield Case("ordinal-integers", prep.OrdinalEncoder(), numbers, kinds=(np.int64,))
    yield Case("ordinal-floats", prep.OrdinalEncoder(), numbers.astype(np.float64))
    fit = {"fit": lambda e: e.fit(x[:, 0])}
    yield Case("label-encoder", prep.LabelEncoder(), x[:, :1], **fit, **text)
    yield Case("label-binarizer", prep.LabelBinarizer(), numbers[:, :1], kinds=(np.int64,),
               fit=lambda e: e.fit(numbers[:, 0]))  # fmt: skip
    yield Case("target-encoder", prep.TargetEncoder(random_state=0, target_type="binary"), x, y,
               **text)  # fmt: skip
    yield Case("one-hot-logistic", make_pipeline(
        prep.OneHotEncoder(handle_unknown="ignore"), LogisticRegression()), x, y, rows=unknown,
        **text)  # fmt: skip
    yield Case("imputer-strings", SimpleImputer(missing_values="boat", strategy="most_frequent"),
               x, **text)  # fmt: skip


def columns(final, numbers=None):
    """The pipeline that most tables go through."""
    numbers = numbers or make_pipeline(SimpleImputer(strategy="median"), prep.StandardScaler())
    encoder = prep.OneHotEncoder(handle_unknown="ignore")
    prepared = ColumnTransformer(
        [
            ("numbers", numbers, ["age", "income"]),
            ("categories", encoder, ["purpose", "owner"]),
            ("counts", prep.StandardScaler(), ["loans"]),
        ]
    )
    return make_pipeline(prepared, final)


def _tables():
    frame, y = table()
    rows = frame.copy()
    rows.loc[7, "purpose"] = "boat"
    mixed = {"rows": rows, "kinds": (None,)}
    yield Case("columns-logistic", columns(LogisticRegression()), frame, y, **mixed)
    yield Case("columns-zipmap", columns(LogisticRegression()), frame, y,
               options={"zipmap": True}, **mixed)  # fmt: skip
    passing = ColumnTransformer(
        [("categories", prep.OneHotEncoder(handle_unknown="ignore"), ["purpose", "owner"])],
        remainder="passthrough",
    )
    full = frame.fillna({"age": 0.0, "income": 1.0})
    yield Case("columns-passthrough", make_pipeline(passing, LogisticRegression(max_iter=2000)),
               full, y, kinds=(None,))  # fmt: skip
    ordinal = ColumnTransformer(
        [
            ("numbers", SimpleImputer(), ["age", "income"]),
            ("categories", prep.OrdinalEncoder(), ["purpose", "owner"]),
        ],
        remainder="drop",
    )
    yield Case("columns-ordinal", make_pipeline(ordinal, LogisticRegression(max_iter=2000)),
               frame, y, kinds=(None,))  # fmt: skip
