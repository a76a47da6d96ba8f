"""Neighbours, naive Bayes, mixtures, clusters, neural networks, many at once."""

import numpy as np
import sklearn.naive_bayes as bayes
import sklearn.neighbors as neighbors
from sklearn.cluster import KMeans, MiniBatchKMeans
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.mixture import BayesianGaussianMixture, GaussianMixture
from sklearn.multiclass import OneVsOneClassifier, OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from .case import Case
from .data import counts, problem


def cases():
    x, y, raw = problem()
    x3, y3, _ = problem(1, classes=3)
    yield from _neighbours(x[:120], y[:120], raw[:120], x3[:120], y3[:120])
    yield Case("gaussian-nb", bayes.GaussianNB(), x3, y3, tolerance=1e-5)
    yield Case("gaussian-nb-binary", bayes.GaussianNB(), x, y, tolerance=1e-5)
    c, cy = counts()
    yield Case("bernoulli-nb", bayes.BernoulliNB(binarize=1.0), c, cy)
    yield Case("multinomial-nb", bayes.MultinomialNB(), c, cy)
    yield Case("complement-nb", bayes.ComplementNB(), c, cy)
    yield Case("categorical-nb", bayes.CategoricalNB(), np.minimum(c, 3), cy)
    for covariance in ["full", "tied", "diag", "spherical"]:
        mixture = GaussianMixture(n_components=3, covariance_type=covariance, random_state=0)
        yield Case(f"mixture-{covariance}", mixture, x, tolerance=1e-5)
    yield Case(
        "mixture-bayesian",
        BayesianGaussianMixture(n_components=2, random_state=0),
        x,
        tolerance=1e-5,
    )
    yield Case("k-means", KMeans(4, random_state=0, n_init=1), x)
    yield Case("mini-batch-k-means", MiniBatchKMeans(3, random_state=0, n_init=1), x)
    kernel = GaussianProcessRegressor(RBF(2.0), alpha=0.1)
    yield Case("gaussian-process", kernel, x[:60], raw[:60], tolerance=1e-5)
    for activation in ["relu", "tanh", "logistic", "identity"]:
        mlp = {"hidden_layer_sizes": (8, 4), "activation": activation, "random_state": 0}
        mlp |= {"max_iter": 300}
        network = make_pipeline(StandardScaler(), MLPClassifier(**mlp))
        yield Case(f"mlp-{activation}", network, x, y)
    network = make_pipeline(
        StandardScaler(), MLPClassifier(hidden_layer_sizes=(8,), random_state=0, max_iter=300)
    )
    yield Case("mlp-multi", network, x3, y3)
    network = make_pipeline(
        StandardScaler(), MLPRegressor(hidden_layer_sizes=(8,), random_state=0, max_iter=500)
    )
    yield Case("mlp-regressor", network, x, raw)
    tree = DecisionTreeClassifier(max_depth=3)
    yield Case("one-vs-rest-tree", OneVsRestClassifier(tree), x3, y3)
    yield Case("one-vs-one", OneVsOneClassifier(LogisticRegression()), x3, y3)
    both = np.column_stack([y, (x[:, 1] > 1).astype(int)])
    yield Case("multi-output-regressor", MultiOutputRegressor(LinearRegression()), x,
               np.column_stack([raw, -raw]))  # fmt: skip
    yield Case("multi-output-classifier", MultiOutputClassifier(LogisticRegression()), x, both)


def _neighbours(x, y, raw, x3, y3):
    for name, more in {
        "knn": {},
        "knn-manhattan": {"metric": "manhattan"},
        "knn-minkowski": {"metric": "minkowski", "p": 3},
        "knn-distance": {"weights": "distance"},
        "knn-one": {"n_neighbors": 1},
    }.items():
        yield Case(name, neighbors.KNeighborsClassifier(**more), x, y, tolerance=1e-5)
        yield Case(f"{name}-multi", neighbors.KNeighborsClassifier(**more), x3, y3, tolerance=1e-5)
        regressor = neighbors.KNeighborsRegressor(**more)
        yield Case(f"{name}-regressor", regressor, x, raw, tolerance=1e-5)
    cdist = {"optim": "cdist"}
    yield Case("knn-cdist", neighbors.KNeighborsClassifier(), x, y,
               options=cdist | {"zipmap": False}, tolerance=1e-5)  # fmt: skip
    yield Case("knn-cdist-manhattan", neighbors.KNeighborsRegressor(metric="manhattan"), x, raw,
               options=cdist, tolerance=1e-5)  # fmt: skip
    analysis = neighbors.NeighborhoodComponentsAnalysis(2, random_state=0, max_iter=20)
    yield Case("nca", analysis, x3, y3, tolerance=1e-5)
