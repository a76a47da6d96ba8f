/// A manifest that uses every part of the schema.
enum SampleManifest {
    static let digest = String(repeating: "ab", count: 32)

    static let full = """
        {
          "schema": 1,
          "name": "credit-default",
          "version": 2,
          "namespace": "credit",
          "description": "Who pays back — and who does not",
          "created": "2026-11-25T18:00:00Z",
          "author": "risk",
          "flavor": "xgboost",
          "files": [
            {"path": "extra/notes.txt", "sha256": "\(digest)"},
            {"path": "model.ubj", "sha256": "\(digest)", "bytes": 12345}
          ],
          "entry": "model.ubj",
          "signature": {"features": [
            {"name": "age", "kind": "integer", "units": "years", "description": "Age",
             "min": 18, "max": 120, "missing": "reject"},
            {"name": "income", "min": 0, "missing": "allow", "units": "EUR"},
            {"name": "purpose", "kind": "category", "categories": ["car", "house"], "input": "cat"},
            {"name": "owner", "kind": "boolean"}
          ]},
          "calibration": {"method": "isotonic", "x": [0, 0.1, 0.5, 1], "y": [0.01, 0.05, 0.6, 0.9]},
          "scorecard": {"points": 600, "odds": 50, "pdo": 20, "min": 300, "max": 850},
          "decision": {"approveBelow": 0.05, "declineFrom": 0.15},
          "reasons": {
            "age": {"code": "R01", "text": "Too \\"young\\""},
            "income": {"code": "R02", "text": "Too little income"}
          },
          "explanation": {"meanTerms": {"age": 0.12, "income": -1e-7}},
          "serving": {"execution": "pool",
            "batching": {"maxRows": 128, "maxDelayMicroseconds": 750, "preferredRows": 16}},
          "labels": ["stable"],
          "training": {"dataset": "d", "rows": 150000, "fingerprint": "sha256:00", "library": "xgboost 3.2.0", "seed": 1},
          "metrics": {"auc": 0.867, "f1": 0.44, "unmeasured": null},
          "reference": {
            "rows": 100,
            "features": {
              "age": {"edges": [18, 30, 60], "counts": [40, 60], "missing": 0},
              "purpose": {"categories": {"car": 60, "house": 39}, "missing": 1}
            },
            "score": {"edges": [0.1, 0.5], "counts": [50, 30, 20]}
          },
          "x-team": {"cost-centre": [1, "a", null, true, {}]}
        }
        """

    /// The least that a manifest needs.
    static let least = """
        {"flavor": "scorecard", "files": [{"path": "s.json", "sha256": "\(digest)"}]}
        """
}
