"""Text classifiers."""

import numpy as np
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.naive_bayes import MultinomialNB
from sklearn.pipeline import make_pipeline

from .case import Case
from .data import questions, utterances


def cases():
    x, y = utterances()
    rows = questions()
    for name, vectorizer in {
        "tfidf": TfidfVectorizer(),
        "tfidf-bigrams": TfidfVectorizer(ngram_range=(1, 2)),
        "tfidf-pairs": TfidfVectorizer(ngram_range=(2, 2)),
        "tfidf-sublinear": TfidfVectorizer(sublinear_tf=True),
        "tfidf-l1": TfidfVectorizer(norm="l1"),
        "tfidf-plain": TfidfVectorizer(norm=None, use_idf=False),
        "tfidf-case": TfidfVectorizer(lowercase=False),
        "tfidf-stop-words": TfidfVectorizer(stop_words=["my", "the", "to"]),
        "tfidf-pattern": TfidfVectorizer(token_pattern="[a-zA-Z]+"),
        "tfidf-char": TfidfVectorizer(analyzer="char"),
        "tfidf-char-ngrams": TfidfVectorizer(analyzer="char", ngram_range=(1, 3)),
        "count": CountVectorizer(),
        "count-binary": CountVectorizer(binary=True),
        "count-bigrams": CountVectorizer(ngram_range=(1, 2), max_features=40),
    }.items():
        yield Case(name, vectorizer, x, rows=rows, kinds=(np.float32,))
        model = make_pipeline(vectorizer, LogisticRegression(C=10))
        yield Case(f"{name}-logistic", model, x, y, rows=rows, kinds=(np.float32,))
    model = make_pipeline(CountVectorizer(), TfidfTransformer(), SGDClassifier(random_state=0))
    yield Case("count-tfidf-sgd", model, x, y, rows=rows, kinds=(np.float32,))
    model = make_pipeline(CountVectorizer(), MultinomialNB())
    yield Case("count-bayes", model, x, y, rows=rows, kinds=(np.float32,))
    model = make_pipeline(TfidfVectorizer(), LogisticRegression(C=10))
    yield Case("tfidf-logistic-zipmap", model, x, y, rows=rows, kinds=(np.float32,),
               options={"zipmap": True})  # fmt: skip
