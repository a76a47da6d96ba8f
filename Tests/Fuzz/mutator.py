"""Changes bytes as a broken or hostile peer would; all choices come from one seed."""

INTERESTING = [0, 1, 2, 4, 5, 9, 10, 13, 32, 34, 45, 58, 92, 123, 125, 127, 128, 254, 255]
NUMBERS = [0, 1, -1, 127, 128, 255, 256, 16383, 16384, 65535, 1 << 24, (1 << 31) - 1, 1 << 31]
TEXTS = [
    *[b"0", b"-1", b"1e999", b"-1e999", b"NaN", b"null", b"true", b"[]", b"{}", b'""', b"\\u0000"],
    *[b"99999999999999999999", b"-9223372036854775809", b"0.1", b"[" * 64, b"{" * 64, b"../../x"],
    *[b"\xff\xfe", b"\xc3\x28", b"\xf0\x9f\x98\x80", b"\r\n", b"\n\n", b"%00", b"%", b"a" * 300],
]


class Mutator:
    def __init__(self, dice):
        self.dice = dice

    def change(self, data: bytes, others: list[bytes]) -> bytes:
        """One to four changes; seldom none, so that what is right is tried too."""
        dice = self.dice
        changed = bytearray(data)
        for _ in range(dice.choice([0, 1, 1, 1, 2, 2, 3, 4])):
            getattr(self, dice.choice(self.KINDS))(changed, others)
        return bytes(changed)

    def place(self, data) -> int:
        return self.dice.randrange(len(data) + 1)

    def flip(self, data, _):
        if data:
            data[self.dice.randrange(len(data))] ^= 1 << self.dice.randrange(8)

    def put(self, data, _):
        if data:
            data[self.dice.randrange(len(data))] = self.dice.choice(INTERESTING)

    def number(self, data, _):
        size, order = self.dice.choice([1, 2, 3, 4, 8]), self.dice.choice(["big", "little"])
        value = self.dice.choice(NUMBERS) % (1 << 8 * size)
        place = self.place(data)
        data[place : place + size] = value.to_bytes(size, order)

    def text(self, data, _):
        place = self.place(data)
        data[place : place + self.dice.choice([0, 1, 4])] = self.dice.choice(TEXTS)

    def digits(self, data, _):
        """A number in a text becomes another."""
        places = [index for index, byte in enumerate(data) if 48 <= byte <= 57]
        if places:
            place = self.dice.choice(places)
            data[place : place + 1] = self.dice.choice(TEXTS[:6] + TEXTS[11:14])

    def cut(self, data, _):
        place = self.place(data)
        del data[place : place + self.dice.choice([1, 2, 8, 64, len(data)])]

    def repeat(self, data, _):
        place = self.place(data)
        piece = data[place : place + self.dice.choice([1, 9, 64, 512])]
        data[place:place] = piece * self.dice.choice([1, 2, 16])

    def insert(self, data, _):
        place = self.place(data)
        data[place:place] = self.dice.randbytes(self.dice.choice([1, 4, 9, 40]))

    def splice(self, data, others):
        if others:
            other = self.dice.choice(others)
            place, from_place = self.place(data), self.place(other)
            data[place:] = other[from_place:]

    KINDS = ["flip", "flip", "put", "number", "text", "digits", "cut", "repeat", "insert", "splice"]
