"""A preloaded library and the page of memory through which a test tells it what to do."""

import mmap
import os
import pathlib
import struct

WORDS = 8


class Shim:
    """`env` goes to the pod; setting a word takes effect at once."""

    def __init__(self, library: pathlib.Path, orders: pathlib.Path):
        orders.write_bytes(bytes(mmap.PAGESIZE))
        self.file = orders.open("r+b")
        self.page = mmap.mmap(self.file.fileno(), mmap.PAGESIZE)
        self.env = {"LD_PRELOAD": str(library), "VIGIE_CHAOS_ORDERS": str(orders)}

    def __setitem__(self, word: int, value: int):
        struct.pack_into("<q", self.page, 8 * word, value)

    def __getitem__(self, word: int) -> int:
        return struct.unpack_from("<q", self.page, 8 * word)[0]

    def watch(self, folder) -> None:
        """Which folder's files are meant, for libraries that ask for one."""
        self.env["VIGIE_CHAOS_FOLDER"] = os.fspath(folder)
