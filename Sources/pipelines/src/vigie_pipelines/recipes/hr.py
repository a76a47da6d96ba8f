"""The candidates' model, on simulated candidates."""

from vigie_pipelines.evaluation.decisions import DecisionRule
from vigie_pipelines.models.boosted import BoostedTrees, Boosting
from vigie_pipelines.models.scorecard import WoeScorecard
from vigie_pipelines.recipes.recipe import Recipe

_DESCRIPTION = (
    "Candidates for a job: risk of not passing probation. TRAINED ON SIMULATED DATA: it shows the "
    "machinery and must not be used on people. Evaluating candidates is high-risk under the EU AI "
    "Act, Annex III point 4(a). The model never declines: whoever is not shortlisted is referred, "
    "and a person decides. It uses job-related features only, and none that stands in for a "
    "protected attribute. "
)

# A failed probation costs some eight times a good candidate passed over; a person's look, half of
# one. Only a person may refuse somebody a job (AI Act, article 14; GDPR, article 22).
_RULE = DecisionRule(bad_cost=8, review_cost=0.5, never_decline=True)

HR = (
    Recipe(
        data="hr",
        algorithm="lr",
        model="hr-candidate",
        namespace="hr-candidate",
        description=_DESCRIPTION + "Weight-of-evidence scorecard.",
        make=lambda features, seed: WoeScorecard(features, bins_max=8, share_min=0.02, ridge=5),
        rule=_RULE,
        auc_expected=0.75,
    ),
    Recipe(
        data="hr",
        algorithm="xgboost",
        model="hr-candidate",
        namespace="hr-candidate",
        description=_DESCRIPTION + "Gradient-boosted trees.",
        make=lambda features, seed: BoostedTrees(features, Boosting(trees=150, depth=3), seed=seed),
        rule=_RULE,
        auc_expected=0.75,
    ),
)
