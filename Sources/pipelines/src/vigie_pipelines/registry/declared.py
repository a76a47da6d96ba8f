"""Features as rule files and pipelines declare their inputs."""

from vigie_pipelines.data.features import Feature


def declared(feature: Feature) -> dict[str, object]:
    """A number, an integer, a boolean, or a text with its values."""
    entry: dict[str, object] = {
        "name": feature.name,
        "type": "text" if feature.kind == "category" else feature.kind,
    }
    if feature.missing == "allow":
        entry["missing"] = "allow"
    if feature.categories:
        entry["values"] = list(feature.categories)
    if feature.unit:
        entry["unit"] = feature.unit
    return {**entry, "description": feature.description}
