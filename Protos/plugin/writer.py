"""Indented text."""


class Writer:
    def __init__(self):
        self.lines = []
        self.depth = 0

    def __call__(self, text=""):
        for line in text.split("\n"):
            self.lines.append(("    " * self.depth + line).rstrip())

    def block(self, head):
        return Block(self, head)

    def doc(self, comment, default):
        text = comment.strip() or default
        for line in text.split("\n"):
            self(("/// " + line.strip()).rstrip())

    def text(self):
        return "\n".join(self.lines).rstrip("\n") + "\n"


class Block:
    def __init__(self, writer, head):
        self.writer = writer
        writer(head + " {")

    def __enter__(self):
        self.writer.depth += 1

    def __exit__(self, *_):
        self.writer.depth -= 1
        self.writer("}")
