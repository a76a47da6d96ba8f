"""Small problems with a seed."""

import numpy as np
import pandas as pd

COLUMNS = 6


def problem(seed=0, rows=400, classes=2, missing=0.0):
    """Numbers, classes, and the value behind the classes."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(rows, COLUMNS)) * [1, 2, 0.5, 10, 1, 3] + [0, 1, 0, 5, 0, -2]
    raw = x[:, 0] + 0.5 * x[:, 1] - 0.1 * x[:, 3] + 0.4 * x[:, 0] * x[:, 4]
    raw = raw + rng.normal(size=rows) * 0.7
    y = np.digitize(raw, np.quantile(raw, np.arange(1, classes) / classes))
    if missing:
        x[rng.random(x.shape) < missing] = np.nan
    # Trained on what float32 holds, so that a float32 graph sees the same thresholds.
    return x.astype(np.float32).astype(np.float64), y, raw


def counts(seed=0, rows=400):
    """Whole numbers from 0, as a naive Bayes of counts wants them."""
    rng = np.random.default_rng(seed)
    x = rng.poisson([1, 2, 3, 4, 2, 1], size=(rows, COLUMNS)).astype(np.float64)
    return x, (x[:, 0] + x[:, 1] + rng.normal(size=rows) > 3).astype(int)


def words(seed=0, rows=400, columns=3):
    """Categories as text."""
    rng = np.random.default_rng(seed)
    names = np.array(["car", "tv", "home", "éducation", "boat"], dtype=object)
    x = names[rng.integers(0, len(names), size=(rows, columns))]
    return x, ((x[:, 0] == "car") ^ (rng.random(rows) < 0.2)).astype(int)


def table(seed=0, rows=400):
    """Columns of different types."""
    rng = np.random.default_rng(seed)
    x, y, _ = problem(seed, rows, missing=0.05)
    frame = pd.DataFrame({"age": x[:, 0], "income": x[:, 3]})
    frame["purpose"] = rng.choice(["car", "tv", "home", "éducation"], rows)
    frame["owner"] = rng.choice(["yes", "no"], rows)
    frame["loans"] = rng.integers(0, 5, rows)
    y = ((y + (frame["purpose"] == "car") + (frame["loans"] > 2)) > 1).astype(int)
    return frame.astype({"purpose": object, "owner": object}), y.to_numpy()


UTTERANCES = {
    "balance": ["what is my account balance", "show me the balance of my account please",
                "how much money do I have", "quel est le solde de mon compte",
                "combien d'argent me reste-t-il sur mon compte"],
    "card": ["my card is lost, block it now", "please block my credit card",
             "someone stole my card yesterday", "ma carte est perdue, bloquez-la",
             "je veux faire opposition sur ma carte"],
    "transfer": ["transfer 200 euros to my sister", "send money to another account",
                 "I want to make a transfer", "faire un virement vers un autre compte",
                 "envoyer 50 euros à mon frère"],
}  # fmt: skip


def utterances():
    """A chatbot's sentences and their intents."""
    pairs = [(text, intent) for intent, texts in UTTERANCES.items() for text in texts]
    texts, intents = zip(*pairs, strict=True)
    return np.array(texts, dtype=object), np.array(intents, dtype=object)


def questions():
    """Sentences that training has not seen: case, punctuation, unknown words, nothing at all."""
    return np.array(
        ["block my card please", "What's my BALANCE?", "virement de 30 euros", "xyzzy qwerty",
         "", "mon solde", "a", "my my my card card", "Éducation de ma sœur à 50 €",
         "transfer money to my account, please block the card now or send it",
         "   spaces   around   ", "tab\tand\nnewline card"],
        dtype=object,
    )  # fmt: skip
