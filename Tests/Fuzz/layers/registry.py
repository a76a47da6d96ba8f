"""Manifests and model files, as `vigie models verify` and a pod read them."""

import hashlib
import json
import shutil

from layers.layer import DEMO, Layer


class Registry(Layer):
    """A seed is "<model>.<file>", the file itself comes from the demo registry; what was found before is
    in the corpus whole. Payloads get their right digest, so that they are read."""

    name = "registry"

    def __init__(self, dice, folder):
        super().__init__(dice, folder)
        for name, content in list(self.seeds.items()):
            if not content:
                model, file = name.split(".", 1)
                self.seeds[name] = (DEMO / model / "1" / file).read_bytes()
        self.registry = folder / "registry"

    def attempt(self, seed, data):
        # A found case is found-<number>@<model>.<file>.
        model, file = seed.rpartition("@")[2].split(".", 1)
        shutil.rmtree(self.registry, ignore_errors=True)
        target = self.registry / model / "1"
        shutil.copytree(DEMO / model / "1", target)
        (target / file).write_bytes(data)
        if file != "manifest.json":
            manifest = json.loads((target / "manifest.json").read_text())
            for entry in manifest["files"]:
                if entry["path"] == file:
                    entry["sha256"] = hashlib.sha256(data).hexdigest()
                    entry.pop("bytes", None)
            (target / "manifest.json").write_text(json.dumps(manifest))
        command = self.dice.choice([["verify"], ["verify"], ["show", model], ["list"]])
        self.run("models", *command, f"--registry={self.registry}")
