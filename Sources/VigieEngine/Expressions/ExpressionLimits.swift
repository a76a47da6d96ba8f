/// Every bound that is put on an expression, so that a hostile one costs neither memory nor time.
public enum ExpressionLimits {
    /// Bytes of one expression's text: some 1,000 lines.
    public static let textBytesMax = 64 << 10
    /// Operations within each other: what the reader's recursion and the compiler's may reach.
    public static let depthMax = 200
    /// Operations, names and constants of one expression.
    public static let nodesMax = 20_000
    /// Members of one list, inline or named.
    public static let listMembersMax = 1_000_000
    /// Numbers and texts that one program keeps: inputs, constants and intermediate values.
    public static let registersMax = 1_000_000
    /// Bytes of one text value in a request.
    public static let valueBytesMax = 64 << 10
    /// Bytes of all texts of one row, intermediate ones too.
    public static let rowTextBytesMax = 64 << 20
    /// Bytes of all constant texts of one program.
    public static let constantBytesMax = 256 << 20
    /// The greatest whole number that a `Double` holds with all smaller ones: 2^53.
    public static let integerMax = 9_007_199_254_740_992.0
}
