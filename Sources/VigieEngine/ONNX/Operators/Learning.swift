/// The operators of ai.onnx.ml.
extension OperatorTable {
    static let learning: [String: Builder] = [
        "Scaler": { (node) throws(LoadError) in try scaler(node) },
        "Normalizer": { (node) throws(LoadError) in try normalizer(node) },
        "Imputer": { (node) throws(LoadError) in try imputer(node) },
        "Binarizer": { (node) throws(LoadError) in try binarizer(node) },
        "OneHotEncoder": { (node) throws(LoadError) in try oneHotEncoder(node) },
        "LabelEncoder": { (node) throws(LoadError) in try labelEncoder(node) },
        "CategoryMapper": { (node) throws(LoadError) in try categoryMapper(node) },
        "ArrayFeatureExtractor": { (node) throws(LoadError) in
            let input = try node.input(0)
            let indices = try node.input(1, [.int64])
            let output = try node.output(0, node.type(input))
            let step = FeatureExtractorStep(node.place, input, indices, output)
            node.add(step, [input, indices], [output])
        },
        "FeatureVectorizer": { (node) throws(LoadError) in try featureVectorizer(node) },
        "ZipMap": { (node) throws(LoadError) in try zipMap(node) },
        "LinearClassifier": { (node) throws(LoadError) in try linearClassifier(node) },
        "LinearRegressor": { (node) throws(LoadError) in try linearRegressor(node) },
        "SVMClassifier": { (node) throws(LoadError) in try vectorClassifier(node) },
        "SVMRegressor": { (node) throws(LoadError) in try vectorRegressor(node) },
        "TreeEnsembleClassifier": { (node) throws(LoadError) in try treeClassifier(node) },
        "TreeEnsembleRegressor": { (node) throws(LoadError) in try treeRegressor(node) },
    ]
}

extension [ElementType] {
    /// Numbers that the operators of ai.onnx.ml take.
    static let mlNumbers: [ElementType] = [.float32, .float64, .int64, .int32]
}

/// A row-wise view of a matrix: a vector is one row.
extension TensorShape {
    var rowsAndColumns: (rows: Int, columns: Int)? {
        switch rank {
        case 1: (1, self[0])
        case 2: (self[0], self[1])
        default: nil
        }
    }
}

extension Step {
    /// Rows and columns of an input that must be a matrix, or a vector that is taken for one row.
    final func matrix(_ tensor: Tensor) throws(InferenceError) -> (rows: Int, columns: Int) {
        guard let size = tensor.shape.rowsAndColumns else {
            throw mismatch("its input \(tensor.shape) is no matrix")
        }
        return size
    }
}
