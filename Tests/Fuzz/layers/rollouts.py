"""ModelRollouts in a folder: their YAML and JSON, and the status beside them."""

import json
import time

from layers.layer import Finding, PodLayer

NAME = "credit-default"


class Rollouts(PodLayer):
    """Read by a pod that follows the folder, and by the commands that show and change what is in it."""

    name = "rollouts"

    def flags(self):
        self.place = self.folder / "rollouts"
        self.place.mkdir(exist_ok=True)
        self.file = self.place / f"{NAME}.yaml"
        self.status = self.place / f"{NAME}.status.json"
        self.restore()
        return [f"--rollouts={self.place}"]

    def put(self, file, data: bytes):
        """Whole at once, as an editor or a volume of Kubernetes does it."""
        (self.folder / "next").write_bytes(data)
        (self.folder / "next").rename(file)

    def restore(self):
        self.put(self.file, self.seeds[f"{NAME}.yaml"])
        self.status.unlink(missing_ok=True)

    def attempt(self, seed, data):
        self.put(self.status if seed.endswith(".status.json") else self.file, data)
        command = self.dice.choice(
            [
                ["list", "-o", "json"],
                ["get", NAME],
                ["history", NAME],
                ["weight", NAME, "250"],
                ["abort", NAME],
            ]
        )
        self.run("rollout", *command, "--rollouts", self.place)

    def settle(self):
        """The pod is up, and takes a good rollout again."""
        super().settle()
        self.restore()
        until = time.monotonic() + 20
        while True:
            rollouts = json.loads(self.pod.get("/rollouts")[1])["rollouts"]
            if [one["name"] for one in rollouts] == [NAME]:
                return
            if time.monotonic() > until:
                raise Finding(f"the pod does not take a good rollout again: {rollouts}")
            time.sleep(0.02)
