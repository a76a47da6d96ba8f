/// The features that a model decides on, in the model's order.
public struct Signature: Sendable, Equatable {
    /// In the order of ``Workspace/row``.
    public var features: [Feature]

    /// A signature of these features, whose names must differ.
    public init(features: [Feature]) { self.features = features }
}

/// One named, typed feature.
public struct Feature: Sendable, Equatable {
    /// What a value is.
    public enum Kind: String, Sendable, CaseIterable {
        /// A finite real number.
        case number
        /// A whole number.
        case integer
        /// One of ``Feature/categories``.
        case category
        /// Yes or no.
        case boolean
    }

    /// Whether a request may leave a value out.
    public enum Missing: String, Sendable, CaseIterable {
        /// A request must carry a value.
        case reject
        /// A request may leave it out; the model knows what to do.
        case allow
    }

    /// Unique in its signature.
    public var name: String
    /// What its values are.
    public var kind: Kind
    /// "EUR", "years", "ratio"; empty for none. For people.
    public var unit: String
    /// What it means, in words. For people.
    public var description: String
    /// The least value that a request may carry, in ``unit``; nil is no bound.
    public var minimum: Double?
    /// The greatest value that a request may carry, in ``unit``; nil is no bound.
    public var maximum: Double?
    /// What becomes of a request without it.
    public var missing: Missing
    /// The categories' names by code 0, 1, …; empty for other kinds.
    public var categories: [String]
    /// ONNX only: the graph input that this feature is a column of. Nil: the input of the feature's
    /// own name or, if the graph has one input, the next column of that.
    public var input: String?
    /// Whether its values are personal data, which logs, traces and pages never show.
    public var isPersonal: Bool

    /// A feature; all but its name have defaults.
    public init(
        name: String, kind: Kind = .number, unit: String = "", description: String = "",
        minimum: Double? = nil, maximum: Double? = nil, missing: Missing = .reject,
        categories: [String] = [], input: String? = nil, isPersonal: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.description = description
        self.minimum = minimum
        self.maximum = maximum
        self.missing = missing
        self.categories = categories
        self.input = input
        self.isPersonal = isPersonal
    }
}
