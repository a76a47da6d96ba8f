"""The rules between fields (`x-kubernetes-validations`), which newer API servers evaluate and the one
that tests have does not: a CEL implementation judges the examples here, as such a server would."""

import cel
import pytest
import yaml
from harness import ROOT

EXAMPLES = yaml.safe_load((ROOT / "Tests/Fixtures/rollouts/examples.yaml").read_text())
DEFINITION = yaml.safe_load((ROOT / "k8s/crd/modelrollout.yaml").read_text())
SCHEMA = DEFINITION["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
SPEC = SCHEMA["properties"]["spec"]


def filled(value, schema):
    """The value as rules see it: defaults filled in, numbers of the schema's type."""
    if schema.get("type") == "number" and isinstance(value, int | float):
        return float(value)
    if isinstance(value, list):
        return [filled(one, schema.get("items", {})) for one in value]
    if not isinstance(value, dict):
        return value
    properties = schema.get("properties", {})
    made = {key: filled(one, properties.get(key, {})) for key, one in value.items()}
    for key, one in properties.items():
        if key not in made and "default" in one:
            made[key] = filled(one["default"], one)
    return made


def rules(schema, path="spec"):
    """Every rule of the schema with the place where it stands."""
    for rule in schema.get("x-kubernetes-validations", []):
        yield path, rule
    for key, one in schema.get("properties", {}).items():
        yield from rules(one, f"{path}.{key}")
    if "items" in schema:
        yield from rules(schema["items"], f"{path}[]")


def places(value, schema, path="spec"):
    """Every value with the rules for it."""
    for rule in schema.get("x-kubernetes-validations", []):
        yield path, rule, value
    if isinstance(value, dict):
        for key, one in value.items():
            if key in schema.get("properties", {}):
                yield from places(one, schema["properties"][key], f"{path}.{key}")
    if isinstance(value, list):
        for one in value:
            yield from places(one, schema.get("items", {}), f"{path}[]")


def holds(rule, value, old=None) -> bool:
    context = cel.Context({"self": value, "oldSelf": old})
    # Of Kubernetes' own library.
    context.add_function("isSorted", lambda items: items == sorted(items))
    return cel.evaluate(rule["rule"], context) is True


def broken(spec) -> list[tuple[str, str]]:
    """The rules that a specification breaks, as place and text."""
    return [
        (path, rule["rule"])
        for path, rule, value in places(filled(spec, SPEC), SPEC)
        if "oldSelf" not in rule["rule"] and not holds(rule, value)
    ]


@pytest.mark.parametrize(
    "example",
    # The others the schema refuses by itself.
    [example for example in EXAMPLES if example.get("by") != "schema"],
    ids=lambda one: one["name"],
)
def test_rules_judge_as_the_reader_does(example):
    found = broken(example["spec"])
    assert bool(found) == (example.get("by") == "cel"), found


def test_every_rule_has_an_example_that_breaks_it():
    found = {one for example in EXAMPLES for one in broken_or_nothing(example["spec"])}
    asked = {(path, rule["rule"]) for path, rule in rules(SPEC) if "oldSelf" not in rule["rule"]}
    assert not asked - found


def broken_or_nothing(spec):
    """As `broken`, of examples that are no specification at all, too."""
    try:
        return broken(spec)
    except (RuntimeError, TypeError, ValueError):
        return []


def test_the_model_cannot_be_changed():
    (rule,) = SPEC["properties"]["model"]["x-kubernetes-validations"]
    assert holds(rule, "fraud-score", "fraud-score")
    assert not holds(rule, "fraud-score", "credit-default")


def test_every_rule_says_what_is_expected():
    for path, rule in rules(SPEC):
        assert rule["message"], path
