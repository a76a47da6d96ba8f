"""Simulated candidates for a job: no real HR data may be had, and none is needed to show the way.

The simulator draws features that are related to the job only, and an outcome, "did not pass
probation", from a stated law. It knows no sex, age, origin, name, address, photo, gap in
employment, or anything that stands in for these; experience counts up to 15 years only, because
beyond that it says little but how old somebody is.

The law, with z(x) = standardised x and everything drawn independently unless said:

    ability   ~ N(0, 1), never seen by a model
    skills    = 62 + 14·(0.75·ability + 0.66·noise), clipped to 0 … 100
    interview = 3.1 + 0.75·(0.65·ability + 0.76·noise), clipped to 1 … 5, in steps of 0.1
    sample    = 60 + 16·(0.80·ability + 0.60·noise), clipped to 0 … 100; not taken by 30 %
    log-odds  = −2.0 − 0.85·ability − 0.30·z(interview) − 0.55·ln(1 + experience)
                + 0.60·[no similar role before] − 0.12·certifications
                + 0.04·notice + the education level's 0.25, 0.1, 0, −0.05, 0 + 0.6

The weights follow the order that meta-analyses of selection methods find (work samples, structured
interviews and skill tests ahead of years of experience and education: Sackett, Zhang, Berry and
Lievens, Journal of Applied Psychology 107, 2022); their sizes are made up.
"""

import numpy as np

from vigie_pipelines.arrays import Floats
from vigie_pipelines.data.dataset import Dataset
from vigie_pipelines.data.features import Feature

ROWS = 8_000

EDUCATION = ("none", "vocational", "bachelor", "master", "doctorate")
_EDUCATION_SHARES = (0.10, 0.34, 0.32, 0.20, 0.04)
_EDUCATION_EFFECTS = np.array([0.25, 0.1, 0.0, -0.05, 0.0])

FEATURES = (
    Feature(
        name="years_experience",
        kind="number",
        unit="years",
        description="Experience in the occupation; 15 stands for 15 and more",
        minimum=0,
        maximum=15,
        code="H01",
        reason="Experience in the occupation",
        monotone=-1,
        monotone_because="more experience must never count against a candidate",
    ),
    Feature(
        name="skills_test",
        kind="number",
        unit="points",
        description="Result of the skills test for the job, 0 to 100",
        minimum=0,
        maximum=100,
        code="H02",
        reason="Result of the skills test",
        monotone=-1,
        monotone_because="a better result must never count against a candidate",
    ),
    Feature(
        name="structured_interview",
        kind="number",
        unit="grade 1-5",
        description="Mean grade of the structured interview, same questions for everybody",
        minimum=1,
        maximum=5,
        code="H03",
        reason="Result of the structured interview",
        monotone=-1,
        monotone_because="a better grade must never count against a candidate",
    ),
    Feature(
        name="work_sample",
        kind="number",
        unit="points",
        description="Result of the work sample, 0 to 100; missing when none was asked for",
        minimum=0,
        maximum=100,
        missing="allow",
        code="H04",
        reason="Result of the work sample, or none on file",
        monotone=-1,
        monotone_because="a better result must never count against a candidate",
    ),
    Feature(
        name="certifications",
        kind="integer",
        unit="certificates",
        description="Certificates in force that the job asks for",
        minimum=0,
        maximum=20,
        code="H05",
        reason="Certificates that the job asks for",
        monotone=-1,
        monotone_because="another certificate must never count against a candidate",
    ),
    Feature(
        name="education",
        kind="category",
        description="Highest degree",
        categories=EDUCATION,
        code="H06",
        reason="Education for the job",
    ),
    Feature(
        name="similar_role_before",
        kind="boolean",
        description="Has held a role like this one",
        code="H07",
        reason="No role like this one before",
    ),
    Feature(
        name="notice_period",
        kind="integer",
        unit="weeks",
        description="Weeks until the candidate can start",
        minimum=0,
        maximum=52,
        code="H08",
        reason="Time until the candidate can start",
    ),
)


def _clip_round(values: Floats, low: float, high: float, step: float) -> Floats:
    return np.round(np.clip(values, low, high) / step, 0) * step


def simulate(seed: int, count: int = ROWS) -> Dataset:
    """Candidates drawn by the law above: the same seed, the same rows."""
    random = np.random.default_rng(seed)
    ability = random.standard_normal(count)
    noise = random.standard_normal((3, count))
    skills = _clip_round(62 + 14 * (0.75 * ability + 0.66 * noise[0]), 0, 100, 1)
    interview = _clip_round(3.1 + 0.75 * (0.65 * ability + 0.76 * noise[1]), 1, 5, 0.1).round(1)
    sample = _clip_round(60 + 16 * (0.8 * ability + 0.6 * noise[2]), 0, 100, 1)
    sample[random.random(count) < 0.3] = np.nan
    experience = _clip_round(np.minimum(random.gamma(1.6, 3.2, count), 15), 0, 15, 0.5)
    certifications = np.minimum(random.poisson(1.1, count), 20).astype(np.float64)
    education = random.choice(len(EDUCATION), count, p=_EDUCATION_SHARES).astype(np.float64)
    similar = (random.random(count) < 0.25 + 0.04 * experience).astype(np.float64)
    notice = random.choice([0, 2, 4, 8, 12, 26], count, p=[0.2, 0.2, 0.3, 0.15, 0.12, 0.03])
    log_odds = (
        -2.0
        - 0.85 * ability
        - 0.30 * (interview - 3.1) / 0.75
        - 0.55 * np.log1p(experience)
        + 0.60 * (1 - similar)
        - 0.12 * certifications
        + 0.04 * notice
        + _EDUCATION_EFFECTS[education.astype(int)]
        + 0.6
    )
    failed = random.random(count) < 1 / (1 + np.exp(-log_odds))
    rows = np.column_stack(
        [experience, skills, interview, sample, certifications, education, similar, notice]
    )
    return Dataset(
        key="hr",
        title="Simulated candidates",
        source=f"vigie_pipelines.data.candidates, seed {seed}",
        licence="simulated: free",
        features=FEATURES,
        rows=rows.astype(np.float64),
        labels=failed.astype(np.int8),
        notes=("SIMULATED: no real candidate is in it",),
    )
