"""Linear models, vector machines, discriminants."""

import numpy as np
import sklearn.discriminant_analysis as discriminant
import sklearn.linear_model as linear
import sklearn.svm as svm
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from .case import Case
from .data import problem


def cases():
    x, y, raw = problem()
    x3, y3, _ = problem(1, classes=3)
    names = np.array(["low", "mid", "high"])[y3]
    lr = linear.LogisticRegression
    yield Case("logistic", lr(), x, y)
    yield Case("logistic-multi", lr(), x3, y3)
    yield Case("logistic-ovr", OneVsRestClassifier(lr()), x3, y3)
    yield Case("logistic-strings", lr(), x3, names)
    yield Case("logistic-zipmap", lr(), x, y, options={"zipmap": True})
    yield Case("logistic-zipmap-strings", lr(), x3, names, options={"zipmap": True})
    yield Case("logistic-columns", lr(), x3, y3, options={"zipmap": "columns"})
    yield Case("logistic-raw", lr(), x3, y3, options={"raw_scores": True})
    yield Case("logistic-cv", linear.LogisticRegressionCV(Cs=3, cv=3), x, y)
    sgd = {"random_state": 0, "max_iter": 2000}
    yield Case("sgd-log", linear.SGDClassifier("log_loss", **sgd), x, y)
    yield Case("sgd-log-multi", linear.SGDClassifier("log_loss", **sgd), x3, y3)
    yield Case("sgd-huber", linear.SGDClassifier("modified_huber", **sgd), x3, y3)
    yield Case("sgd-hinge", linear.SGDClassifier("hinge", **sgd), x, y)
    yield Case("sgd-hinge-multi", linear.SGDClassifier("hinge", **sgd), x3, names)
    yield Case("perceptron", linear.Perceptron(random_state=0), x3, y3)
    yield Case("passive-aggressive", linear.PassiveAggressiveClassifier(random_state=0), x, y)
    yield Case("ridge-classifier", linear.RidgeClassifier(), x3, y3)
    scaled = make_pipeline(StandardScaler(), linear.SGDRegressor(random_state=0))
    yield Case("sgd-regressor", scaled, x, raw)
    for name, estimator in {
        "linear": linear.LinearRegression(),
        "ridge": linear.Ridge(),
        "lasso": linear.Lasso(0.05),
        "elastic-net": linear.ElasticNet(0.05),
        "bayesian-ridge": linear.BayesianRidge(),
        "huber": linear.HuberRegressor(max_iter=1000),
        "theil-sen": linear.TheilSenRegressor(random_state=0, max_iter=50, max_subpopulation=200),
        "lars": linear.Lars(),
        "orthogonal-matching-pursuit": linear.OrthogonalMatchingPursuit(),
        "ransac": linear.RANSACRegressor(random_state=0),
        "quantile": linear.QuantileRegressor(alpha=0.01),
        "poisson": linear.PoissonRegressor(),
        "gamma": linear.GammaRegressor(),
        "tweedie": linear.TweedieRegressor(power=1.5),
        "linear-svr": svm.LinearSVR(random_state=0, max_iter=10_000),
    }.items():
        positive = name in {"poisson", "gamma", "tweedie"}
        yield Case(name, estimator, x, abs(raw) + 0.5 if positive else raw)
    yield Case("linear-multi", linear.LinearRegression(), x, x[:, :3] * 2 + 1)
    yield Case("linear-svc", svm.LinearSVC(random_state=0), x, y)
    yield Case("linear-svc-multi", svm.LinearSVC(random_state=0), x3, names)
    yield Case("lda", discriminant.LinearDiscriminantAnalysis(), x3, y3)
    yield Case("lda-binary", discriminant.LinearDiscriminantAnalysis(), x, y)
    yield Case("qda", discriminant.QuadraticDiscriminantAnalysis(), x3, y3, tolerance=1e-5)
    yield from _vector_machines(x[:70], y[:70], raw[:70], x3[:70], y3[:70])


def _vector_machines(x, y, raw, x3, y3):
    scale = StandardScaler()
    x, x3 = scale.fit_transform(x), scale.transform(x3)
    kernels = {
        "rbf": {},
        "linear": {},
        "poly": {"degree": 2, "coef0": 1.0},
        "sigmoid": {"gamma": 0.05, "coef0": 0.1},
    }
    # ONNX Runtime sums a kernel's terms in float32, in its own order.
    near = {"tolerance": 1e-5}
    for kernel, more in kernels.items():
        more = {"kernel": kernel} | more
        yield Case(f"svc-{kernel}", svm.SVC(**more), x, y, **near)
        yield Case(f"svc-{kernel}-multi", svm.SVC(**more), x3, y3, **near)
        proba = svm.SVC(probability=True, random_state=0, **more)
        yield Case(f"svc-{kernel}-probability", proba, x, y, **near)
        proba = svm.SVC(probability=True, random_state=0, **more)
        yield Case(f"svc-{kernel}-probability-multi", proba, x3, y3, **near)
        yield Case(f"svr-{kernel}", svm.SVR(**more), x, raw, **near)
        yield Case(f"one-class-{kernel}", svm.OneClassSVM(nu=0.2, **more), x, **near)
    yield Case("svc-ovo-raw", svm.SVC(decision_function_shape="ovo"), x3, y3,
               options={"raw_scores": True, "zipmap": False}, **near)  # fmt: skip
    yield Case("nu-svc", svm.NuSVC(nu=0.4), x, y, **near)
    yield Case("nu-svc-probability", svm.NuSVC(nu=0.4, probability=True, random_state=0), x3, y3,
               **near)  # fmt: skip
    yield Case("nu-svr", svm.NuSVR(), x, raw, **near)
