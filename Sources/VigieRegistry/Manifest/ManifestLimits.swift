import VigieEngine

/// Every bound that is put on a manifest, so that a hostile one costs neither memory nor time.
package enum ManifestLimits {
    /// Bytes of manifest.json: reference histograms of 4,096 features take some 2 MB.
    package static let bytesMax = 16 << 20
    /// Nested arrays and objects: ours need 6.
    package static let depthMax = 32
    /// Payload files of one version.
    package static let filesMax = 256
    /// Bytes of one payload file: it is read into memory whole.
    package static let fileBytesMax = 2 << 30
    /// Bytes of a version's payload files together.
    package static let versionBytesMax = 8 << 30
    /// Bytes of a payload file's path.
    package static let pathBytesMax = 512
    /// Features of a signature.
    package static let featuresMax = 16_384
    /// Categories of one feature.
    package static let categoriesMax = 65_536
    /// Bytes of a name: of a feature, a category, a label, a reason's code.
    package static let nameBytesMax = 512
    /// Bytes of free text: a description, a reason's text.
    package static let textBytesMax = 64 << 10
    /// Knots of an isotonic calibration.
    package static let knotsMax = 65_536
    /// Bins of a reference histogram.
    package static let binsMax = 65_536
    /// Values of a reference's score sample: what the exact Kolmogorov-Smirnov test takes.
    package static let scoreSampleMax = 10_000
    /// Rows of a background for interventional explanations, whose time grows with them.
    package static let backgroundRowsMax = InterventionalExplainer.rowCountMax
    /// Bytes of the file that holds them.
    package static let backgroundBytesMax = 64 << 20
    /// Labels, and metrics.
    package static let labelsMax = 1_024
}
