/// The kinds of artifact that the engine can load; a manifest names one.
public enum Flavor: String, Sendable, CaseIterable {
    /// An ONNX graph: `model.onnx`.
    case onnx
    /// XGBoost's own file, UBJSON or JSON: `model.ubj`, `model.json`.
    case xgboost
    /// LightGBM's own file, text: `model.txt`.
    case lightgbm
    /// scikit-learn's trees in the vigie-forest format, JSON or UBJSON: `forest.json`, `forest.ubj`.
    case forest
    /// A binned, weight-of-evidence logistic regression: `scorecard.json`.
    case scorecard
    /// Seasonal ARIMA with regressors, of many series: `arima.json`.
    case arima
    /// Prophet's own file, of `prophet.serialize`: `prophet.json`.
    case prophet
    /// Versioned decision rules: `rules.json`.
    case rules
    /// Names and identifiers to screen against: `watchlist.json`.
    case watchlist
    /// Other artifacts, one after the other: `pipeline.json`.
    case pipeline
}
