@testable import VigieEngine

/// Lists of names that nobody has.
enum WatchlistSamples {
    static let first = """
        {"format": "vigie-watchlist", "formatVersion": 1,
         "list": {"name": "Demo", "source": "invented", "date": "2026-01-31"},
         "entries": [
          {"id": "E-1", "type": "person", "names": [{"text": "Zéphyrin Ö. Quillfeather", "kind": "primary"},
            {"text": "QUILLFEATHER, Zephyrin"}], "birthDates": ["1961-02"], "countries": ["xa"],
            "identifiers": [{"kind": "passport", "value": "XA 12-345", "country": "xa"}]},
          {"id": "E-2", "type": "organisation", "names": [{"text": "Société d'Ombre & Cie", "kind": "primary"}],
            "programs": ["P1"]},
          {"id": "E-3", "type": "vessel", "names": [{"text": "Ombre", "kind": "weak"}],
            "identifiers": [{"kind": "imo", "value": "IMO 0000001"}]}]}
        """
    static let second = """
        {"format": "vigie-watchlist", "formatVersion": 1,
         "list": {"name": "Demo", "source": "invented", "date": "2026-02-28"},
         "entries": [
          {"id": "E-4", "type": "person", "names": [{"text": "Ombre"}]},
          {"id": "E-1", "type": "person", "names": [{"text": "Zéphyrin Ö. Quillfeather", "kind": "primary"},
            {"text": "Z. Quill", "kind": "weak"}], "birthDates": ["1961-02"], "countries": ["xb"],
            "identifiers": [{"kind": "passport", "value": "XA 12-345", "country": "xa"}]},
          {"id": "E-3", "type": "vessel", "names": [{"text": "Ombre", "kind": "weak"}],
            "identifiers": [{"kind": "imo", "value": "IMO 0000001"}]}]}
        """

    static func load(_ text: String) throws -> WatchlistArtifact {
        try WatchlistArtifact(
            ArtifactSource(
                flavor: .watchlist, fileName: "watchlist.json", bytes: Array(text.utf8)))
    }
}
