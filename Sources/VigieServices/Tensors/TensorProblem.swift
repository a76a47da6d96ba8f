/// Why a tensor of a request was not taken, said of the tensor: "has 12 bytes, …". Whoever knows
/// the tensor's name puts it in front.
struct TensorProblem: Error, Equatable, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
