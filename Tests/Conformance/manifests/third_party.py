"""Schemas of other projects' custom resources.

Packages with models made from the definitions themselves exist for cert-manager, KEDA and the Prometheus
operator (PyPI: cloudcoil.models.*). For Argo CD, Argo Rollouts and the Secrets Store CSI driver there is
none: `BY_HAND` holds what their references say of the fields that we use, and nothing else passes.
"""

import importlib

import jsonschema

# The model of each kind, and fields that are newer than the package: their place, their value's type.
MODELLED = {
    "cert-manager.io/v1/Certificate": ("cert_manager.v1", {}),
    "keda.sh/v1alpha1/ScaledObject": (
        "keda.v1alpha1",
        # KEDA 2.17; the package is of 2.16.
        {("spec", "fallback", "behavior"): str},
    ),
    "monitoring.coreos.com/v1/ServiceMonitor": ("prometheus_operator.v1", {}),
    "monitoring.coreos.com/v1/PodMonitor": ("prometheus_operator.v1", {}),
    "monitoring.coreos.com/v1/PrometheusRule": ("prometheus_operator.v1", {}),
}

TEXT = {"type": "string", "minLength": 1}
WHOLE = {"type": "integer", "minimum": 0}
DURATION = {"type": "string", "pattern": "^([0-9]+(s|m|h))+$"}


def closed(required: tuple[str, ...] = (), **properties) -> dict:
    """An object with these fields and no others."""
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def listed(items: dict) -> dict:
    return {"type": "array", "minItems": 1, "items": items}


NUMBER_OR_SHARE = {"anyOf": [WHOLE, {"type": "string", "pattern": "^[0-9]+%$"}]}
FIELD = closed(("fieldRef",), fieldRef=closed(("fieldPath",), fieldPath=TEXT))
HASH = closed(("podTemplateHashValue",), podTemplateHashValue={"enum": ["Stable", "Latest"]})
ANALYSIS_ARGUMENT = {
    **closed(("name",), name=TEXT, value=TEXT, valueFrom={"anyOf": [FIELD, HASH]}),
    "maxProperties": 2,
}
CANARY_STEP = {
    **closed(
        setWeight={"type": "integer", "minimum": 0, "maximum": 100},
        pause=closed(duration={"anyOf": [DURATION, WHOLE]}),
    ),
    "minProperties": 1,
    "maxProperties": 1,
}
METRIC = closed(
    ("name", "provider", "successCondition"),
    name=TEXT,
    interval=DURATION,
    initialDelay=DURATION,
    count=WHOLE,
    failureLimit=WHOLE,
    inconclusiveLimit=WHOLE,
    consecutiveErrorLimit=WHOLE,
    successCondition=TEXT,
    failureCondition=TEXT,
    provider=closed(
        ("prometheus",), prometheus=closed(("address", "query"), address=TEXT, query=TEXT)
    ),
)
REPEAT = {"type": "array", "items": TEXT}

BY_HAND = {
    # https://argo-rollouts.readthedocs.io, "Specification".
    "argoproj.io/v1alpha1/Rollout": closed(
        ("selector", "workloadRef", "strategy"),
        replicas=WHOLE,
        revisionHistoryLimit=WHOLE,
        progressDeadlineSeconds=WHOLE,
        progressDeadlineAbort={"type": "boolean"},
        selector=closed(("matchLabels",), matchLabels={"type": "object"}),
        workloadRef=closed(
            ("apiVersion", "kind", "name"),
            apiVersion={"const": "apps/v1"},
            kind={"const": "Deployment"},
            name=TEXT,
            scaleDown={"enum": ["never", "onsuccess", "progressively"]},
        ),
        strategy=closed(
            ("canary",),
            canary=closed(
                ("steps",),
                maxUnavailable=NUMBER_OR_SHARE,
                maxSurge=NUMBER_OR_SHARE,
                analysis=closed(
                    ("templates",),
                    startingStep=WHOLE,
                    templates=listed(closed(("templateName",), templateName=TEXT)),
                    args=listed(ANALYSIS_ARGUMENT),
                ),
                steps=listed(CANARY_STEP),
            ),
        ),
    ),
    "argoproj.io/v1alpha1/AnalysisTemplate": closed(
        ("metrics",), args=listed(closed(("name",), name=TEXT, value=TEXT)), metrics=listed(METRIC)
    ),
    # https://argo-cd.readthedocs.io, "Application Specification".
    "argoproj.io/v1alpha1/Application": closed(
        ("project", "source", "destination"),
        project=TEXT,
        source=closed(
            ("repoURL", "targetRevision", "path"),
            repoURL={"type": "string", "pattern": "^(https|ssh)://"},
            targetRevision=TEXT,
            path=TEXT,
            helm=closed(
                releaseName=TEXT,
                valueFiles=REPEAT,
                parameters=listed(
                    closed(
                        ("name", "value"),
                        name=TEXT,
                        value={"type": "string"},
                        forceString={"type": "boolean"},
                    )
                ),
            ),
        ),
        destination=closed(("server", "namespace"), server=TEXT, namespace=TEXT),
        syncPolicy=closed(
            automated=closed(prune={"type": "boolean"}, selfHeal={"type": "boolean"}),
            retry=closed(
                limit={"type": "integer"},
                backoff=closed(duration=DURATION, factor=WHOLE, maxDuration=DURATION),
            ),
            syncOptions=listed({"type": "string", "pattern": "^[A-Za-z]+=[A-Za-z]+$"}),
            managedNamespaceMetadata=closed(labels={"type": "object"}),
        ),
        ignoreDifferences=listed(
            closed(("kind",), group=TEXT, kind=TEXT, name=TEXT, jsonPointers=REPEAT)
        ),
        revisionHistoryLimit=WHOLE,
    ),
    "argoproj.io/v1alpha1/AppProject": closed(
        ("sourceRepos", "destinations"),
        description=TEXT,
        sourceRepos=listed(TEXT),
        destinations=listed(closed(("namespace",), server=TEXT, namespace=TEXT)),
        clusterResourceWhitelist=listed(
            closed(("group", "kind"), group={"type": "string"}, kind=TEXT)
        ),
    ),
    # https://secrets-store-csi-driver.sigs.k8s.io, and Vault's provider.
    "secrets-store.csi.x-k8s.io/v1/SecretProviderClass": closed(
        ("provider", "parameters"),
        provider={"const": "vault"},
        # All of them are text, `objects` YAML within it.
        parameters=closed(
            ("roleName", "vaultAddress", "objects"), roleName=TEXT, vaultAddress=TEXT, objects=TEXT
        ),
    ),
}


def kind_of(one: dict) -> str:
    return f"{one['apiVersion']}/{one['kind']}"


def is_checked_elsewhere(one: dict) -> bool:
    """Whether Kubernetes' own schemas do not know it."""
    return kind_of(one) in MODELLED or kind_of(one) in BY_HAND


def without(value: dict, path: tuple[str, ...]) -> dict:
    """`value` without the field at `path`, if it has it."""
    first, *rest = path
    if first not in value:
        return value
    if not rest:
        return {key: inner for key, inner in value.items() if key != first}
    return {**value, first: without(value[first], tuple(rest))}


def at(value, path: tuple[str, ...]):
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def check(one: dict) -> None:
    """Raises ValueError or jsonschema.ValidationError for what its kind does not allow."""
    kind = kind_of(one)
    if kind in BY_HAND:
        assert set(one) == {"apiVersion", "kind", "metadata", "spec"}
        jsonschema.validate(one["spec"], BY_HAND[kind])
        return
    place, newer = MODELLED[kind]
    for path, of_type in newer.items():
        if not isinstance(at(one, path), of_type | None):
            raise ValueError(f"{'.'.join(path)} is no {of_type.__name__}")
        one = without(one, path)
    model = getattr(importlib.import_module(f"cloudcoil.models.{place}"), one["kind"])
    # Its models drop what they do not know: it is known if it comes back.
    back = model.model_validate(one).model_dump(by_alias=True, exclude_unset=True, mode="json")
    if back != one:
        raise ValueError(f"not all of {one['metadata']['name']} is known: {differences(one, back)}")


def differences(one, other, path="") -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        return [
            found
            for key in sorted({*one, *other})
            for found in differences(one.get(key), other.get(key), f"{path}.{key}")
        ]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return [
            found
            for index, pair in enumerate(zip(one, other, strict=True))
            for found in differences(*pair, f"{path}[{index}]")
        ]
    return [] if one == other else [f"{path}: {one!r} became {other!r}"]
