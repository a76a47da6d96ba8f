"""The command line, and settings in YAML."""

import shlex

from layers.layer import Layer


class Settings(Layer):
    """`vigie serve --config`, with a registry that is not there: it never gets further than settings."""

    name = "settings"

    def attempt(self, seed, data):
        file = self.folder / "settings.yaml"
        file.write_bytes(data)
        self.run(
            *["serve", f"--config={file}", "--registry=not-there", "--listen=127.0.0.1:0"],
            *["--log-file=stderr", "--decision-log=file:log"],
        )


class CommandLine(Layer):
    """Each seed is a line of words; the registry named last is not there, so that nothing starts."""

    name = "command-line"

    def attempt(self, seed, data):
        text = data.replace(b"\0", b"").decode(errors="surrogateescape")
        try:
            words = shlex.split(text)
        except ValueError:
            words = text.split()
        # Nothing outside its own folder.
        words = [word for word in words if "/" not in word][:60]
        self.run(*words, "--registry=not-there")
