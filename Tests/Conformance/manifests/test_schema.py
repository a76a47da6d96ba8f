"""Every object that could be applied, by the schemas of the Kubernetes releases that are served."""

import functools
import json

import kubernetes_validate
import pytest
from rendered import everything, of_kind
from third_party import is_checked_elsewhere

# From the oldest that a large cloud still serves to the newest that the package knows.
RELEASES = [f"1.{minor}" for minor in range(27, 38)]


def test_the_package_knows_these_releases():
    assert kubernetes_validate.latest_version() == RELEASES[-1] + ".0"


@functools.cache
def different() -> list[tuple[str, dict]]:
    """All objects that Kubernetes' schemas know, each once, and where it was found."""
    found = {}
    for place, objects in everything().items():
        for one in objects:
            if not is_checked_elsewhere(one):
                found.setdefault(json.dumps(one, sort_keys=True), (place, one))
    return list(found.values())


@pytest.mark.parametrize("release", RELEASES)
def test_each_object_is_valid(release):
    # Each place makes pods of its own at least.
    assert len(different()) > len(everything())
    for place, one in different():
        try:
            kubernetes_validate.validate(one, release, strict=True)
        except kubernetes_validate.ValidationError as error:
            named = f"{one['kind']}/{one['metadata']['name']}"
            pytest.fail(f"{place}: {named} at {error.path}: {error.message}")


def test_a_field_that_no_release_knows_is_refused():
    """So that the tests above can fail."""
    deployment = of_kind([one for _, one in different()], "Deployment")[0]
    broken = {**deployment, "spec": {**deployment["spec"], "maxSurge": 1}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(broken, RELEASES[0], strict=True)
