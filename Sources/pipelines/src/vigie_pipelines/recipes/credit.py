"""The credit models."""

from vigie_pipelines.evaluation.decisions import DecisionRule
from vigie_pipelines.models.boosted import BoostedTrees, Boosting
from vigie_pipelines.models.linear import OneHotRegression
from vigie_pipelines.models.scorecard import WoeScorecard
from vigie_pipelines.recipes.recipe import Recipe

# A default costs about ten times what a good consumer loan earns; a look by a person, half of that.
_CONSUMER = DecisionRule(bad_cost=10, review_cost=0.5)
# The cost matrix that comes with German credit: a bad risk accepted is 5, a good one refused 1.
_GERMAN = DecisionRule(bad_cost=5, review_cost=0.6)
# Secured by the home, so a default costs less.
_HOME_EQUITY = DecisionRule(bad_cost=6, review_cost=0.4)

CREDIT = (
    Recipe(
        data="gmsc",
        algorithm="lr",
        model="credit-default",
        namespace="credit",
        description="Consumer credit: serious delinquency (90 days or worse) within two years. "
        "Weight-of-evidence scorecard.",
        make=lambda features, seed: WoeScorecard(features),
        rule=_CONSUMER,
        auc_expected=0.86,
    ),
    Recipe(
        data="gmsc",
        algorithm="xgboost",
        model="credit-default",
        namespace="credit",
        description="Consumer credit: serious delinquency (90 days or worse) within two years. "
        "Gradient-boosted trees with monotone constraints.",
        make=lambda features, seed: BoostedTrees(
            features, Boosting(child_weight_min=5, l2=20), seed=seed
        ),
        rule=_CONSUMER,
        auc_expected=0.865,
    ),
    Recipe(
        data="german",
        algorithm="lr",
        model="credit-german",
        namespace="credit",
        description="Consumer loans of a German bank: bad risk. Logistic regression on one-hot and "
        "scaled columns, as an ONNX graph with one input a feature.",
        make=lambda features, seed: OneHotRegression(features),
        rule=_GERMAN,
        auc_expected=0.77,
    ),
    Recipe(
        data="german",
        algorithm="xgboost",
        model="credit-german",
        namespace="credit",
        description="Consumer loans of a German bank: bad risk. Gradient-boosted trees with "
        "categorical splits and monotone constraints.",
        make=lambda features, seed: BoostedTrees(
            features,
            Boosting(trees=150, depth=3, rate=0.06, column_share=0.4, child_weight_min=3),
            seed=seed,
        ),
        rule=_GERMAN,
        auc_expected=0.79,
    ),
    Recipe(
        data="hmeq",
        algorithm="lr",
        model="credit-hmeq",
        namespace="credit",
        description="Home equity loans: default or serious delinquency. "
        "Weight-of-evidence scorecard with bins for missing values.",
        make=lambda features, seed: WoeScorecard(features, bins_max=8, share_min=0.02, ridge=5),
        rule=_HOME_EQUITY,
        auc_expected=0.91,
    ),
    Recipe(
        data="hmeq",
        algorithm="xgboost",
        model="credit-hmeq",
        namespace="credit",
        description="Home equity loans: default or serious delinquency. "
        "Gradient-boosted trees; missing values take a branch of their own.",
        make=lambda features, seed: BoostedTrees(
            features, Boosting(depth=5, rate=0.1, child_weight_min=1, l2=1), seed=seed
        ),
        rule=_HOME_EQUITY,
        auc_expected=0.945,
    ),
)
