"""All cases together."""

from . import boosters, linear, others, preparation, text, trees


def sklearn_cases():
    """Every scikit-learn case, by name."""
    found = {}
    for module in [linear, preparation, trees, others, text]:
        for case in module.cases():
            assert case.name not in found, case.name
            found[case.name] = case
    return found


def all_cases():
    """Those and the boosters'."""
    found = sklearn_cases()
    for case in [*boosters.xgboost_cases(), *boosters.lightgbm_cases()]:
        assert case.name not in found, case.name
        found[case.name] = case
    return found
