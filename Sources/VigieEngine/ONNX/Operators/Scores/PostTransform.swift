/// What turns raw scores into what is given out.
enum PostTransform: String, CaseIterable {
    case none = "NONE"
    case logistic = "LOGISTIC"
    case softmax = "SOFTMAX"
    case softmaxZero = "SOFTMAX_ZERO"
    case probit = "PROBIT"
}

/// How the first column is made of a single score, which becomes the second.
enum SecondClass {
    /// There is no other column.
    case none
    /// 1 - score.
    case complement
    /// -score.
    case mirror
}
