"""Tries inputs that nobody should send on every layer that reads some, and keeps what does harm.

    python Tests/Fuzz/fuzz.py --seconds 600
    python Tests/Fuzz/fuzz.py --only http2 --seed 17
    python Tests/Fuzz/fuzz.py --only http2 --replay Tests/Fuzz/corpus/http2/found-1

Exit code 1 when something was found; the input is then in the folder that is named, to be put into
Tests/Fuzz/corpus/<layer>/ when it is mended. VIGIE_BIN_DIR names the build, for example one with
--sanitize=address.
"""

import argparse
import pathlib
import random
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from layers import ALL
from layers.layer import Finding
from mutator import Mutator

# Inputs after which a pod is asked how it is.
BATCH = 50


class Run:
    """One layer, for some time."""

    def __init__(self, kind, seed: int, folder: pathlib.Path):
        self.seed = seed
        # Each layer's choices are its own: --only repeats them.
        self.dice = random.Random(f"{seed} {kind.name}")
        self.kind, self.folder = kind, folder
        folder.mkdir(exist_ok=True)
        self.tried = 0
        self.recent = []

    def corpus(self):
        """What is known must be stood first."""
        layer = self.kind(self.dice, self.folder)
        try:
            for name, data in layer.seeds.items():
                self.recent = [(name, data)]
                layer.attempt(name, data)
                self.tried += 1
            layer.settle()
        except Finding as error:
            return self.found(error)
        finally:
            self.end(layer)
        return None

    def fuzz(self, seconds: float):
        layer = self.kind(self.dice, self.folder)
        mutator = Mutator(self.dice)
        until = time.monotonic() + seconds
        others = list(layer.seeds.values())
        names = sorted(layer.seeds)
        self.recent = []
        try:
            while time.monotonic() < until:
                name = self.dice.choice(names)
                data = mutator.change(layer.seeds[name], others)
                self.recent.append((name, data))
                layer.attempt(name, data)
                self.tried += 1
                if self.tried % BATCH == 0:
                    layer.settle()
                    self.recent.clear()
            layer.settle()
        except Finding as error:
            return self.found(error)
        finally:
            self.end(layer)
        return None

    def end(self, layer):
        try:
            layer.close()
        except Finding as error:
            print(f"{self.kind.name}: {error}", file=sys.stderr)

    def found(self, error: Finding) -> str:
        """Keeps what was tried last, the youngest last."""
        kept = pathlib.Path(tempfile.mkdtemp(prefix=f"vigie-fuzz-{self.kind.name}-"))
        for number, (name, data) in enumerate(self.recent):
            (kept / f"{number:02}-{name}").write_bytes(data)
        return f"{self.kind.name}: {error}\n  seed {self.seed}, inputs in {kept}"


def fuzz(seconds: float, seed: int, only: list[str] | None = None) -> list[str]:
    """Tries all layers for so many seconds together; what was found, as text."""
    kinds = [kind for kind in ALL if not only or kind.name in only]
    findings = []
    with tempfile.TemporaryDirectory(prefix="vigie-fuzz-") as folder:
        for kind in kinds:
            run = Run(kind, seed, pathlib.Path(folder) / kind.name)
            finding = run.corpus() or run.fuzz(seconds / len(kinds))
            print(f"{kind.name}: {run.tried} inputs, {'FOUND' if finding else 'stood'}")
            if finding:
                findings.append(finding)
    return findings


def replay(name: str, files: list[pathlib.Path], seed: int):
    (kind,) = [kind for kind in ALL if kind.name == name]
    with tempfile.TemporaryDirectory(prefix="vigie-fuzz-") as folder:
        layer = kind(random.Random(seed), pathlib.Path(folder))
        try:
            for file in files:
                print(f"{file}")
                layer.attempt(file.name.lstrip("0123456789-"), file.read_bytes())
                layer.settle()
        finally:
            layer.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="for all layers together")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--only", help=", ".join(kind.name for kind in ALL))
    parser.add_argument("--replay", type=pathlib.Path, nargs="+", help="files, with --only")
    options = parser.parse_args()
    print(f"--seed {options.seed}")
    if options.replay:
        replay(options.only, options.replay, options.seed)
        return 0
    only = options.only.split(",") if options.only else None
    findings = fuzz(options.seconds, options.seed, only)
    print("\n".join(findings))
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
