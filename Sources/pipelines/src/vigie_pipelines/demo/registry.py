"""The registry that the demonstration serves: the committed one, with one version held back."""

import shutil
import tempfile
from pathlib import Path
from types import TracebackType


class StagedRegistry:
    """A copy of a registry in which the newest version of one model is not yet published."""

    def __init__(self, source: Path, model: str) -> None:
        """Copies at once; the copy goes with `__exit__`."""
        self.folder = Path(tempfile.mkdtemp(prefix="vigie-demo-"))
        self.model = model
        versions = sorted(int(p.name) for p in (source / model).iterdir() if p.name.isdigit())
        self.first, self.next = versions[0], versions[-1]
        self._source = source
        shutil.copytree(
            source,
            self.folder,
            dirs_exist_ok=True,
            ignore=lambda folder, _: [str(self.next)] if Path(folder).name == model else [],
        )

    def publish(self) -> None:
        """Puts the version there as every publisher should: copied aside, then renamed."""
        target = self.folder / self.model / str(self.next)
        aside = target.with_name(f".{self.next}.tmp")
        shutil.copytree(self._source / self.model / str(self.next), aside)
        aside.rename(target)

    def __enter__(self) -> "StagedRegistry":
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Removes the copy."""
        shutil.rmtree(self.folder, ignore_errors=True)
