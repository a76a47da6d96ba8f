"""Files of a decision log that were cut, changed or swapped, as auditors' tools read them."""

from layers.layer import Layer


class Decisions(Layer):
    name = "decisions"

    def attempt(self, seed, data):
        log = self.folder / "log"
        log.mkdir(exist_ok=True)
        for name, content in self.seeds.items():
            if not name.startswith("found"):
                (log / name).write_bytes(content)
        place = "decisions.db" if seed.endswith(".db") else seed
        if seed.startswith("found"):
            place = "decisions-00000001.jsonl"
        (log / place).write_bytes(data)
        (log / "decisions.db-wal").unlink(missing_ok=True)
        where = f"sqlite:{log / place}" if place.endswith(".db") else f"file:{log}"
        command = self.dice.choice([["verify"], ["verify"], ["find", "-o", "json"]])
        self.run("decisions", *command, "--log", where)
