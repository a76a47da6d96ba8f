/// The distributions of the training data, against which drift is measured.
package struct ReferenceStatistics: Sendable, Equatable {
    /// Rows counted; nil when not said.
    package var rows: Int?
    package var features: [NamedDistribution] = []
    /// The score's histogram; nil when there is none.
    package var score: Histogram?
    /// Values of the score, ascending, to compare live ones with; empty when there are none.
    package var scoreSample: [Double] = []

    package init() {}
}

/// The distribution of one feature.
package struct NamedDistribution: Sendable, Equatable {
    package var name: String
    package var values: Values
    /// Rows without a value.
    package var missing: Int

    package enum Values: Sendable, Equatable {
        case histogram(Histogram)
        case categories([CategoryCount])
    }

    package init(name: String, values: Values, missing: Int = 0) {
        self.name = name
        self.values = values
        self.missing = missing
    }
}

/// How often a category occurred.
package struct CategoryCount: Sendable, Equatable {
    package var category: String
    package var count: Int

    package init(category: String, count: Int) {
        self.category = category
        self.count = count
    }
}

/// Counts of values between edges. Either one count for each bin between two edges
/// (`edges.count - 1`), or with open bins at both ends (`edges.count + 1`).
package struct Histogram: Sendable, Equatable {
    /// Strictly ascending, at least one.
    package var edges: [Double]
    package var counts: [Int]

    package init(edges: [Double], counts: [Int]) {
        self.edges = edges
        self.counts = counts
    }
}
