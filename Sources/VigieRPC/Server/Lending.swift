extension Unmanaged {
    /// Calls `body` with the object, which somebody else keeps alive meanwhile, and counts no reference;
    /// `_withUnsafeGuaranteedRef` for steps that throw a type.
    @inline(__always)
    func lend<Result, Failure: Error>(
        _ body: (Instance) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let outcome: Swift.Result<Result, Failure> = _withUnsafeGuaranteedRef { object in
            do throws(Failure) { return .success(try body(object)) } catch {
                return .failure(error)
            }
        }
        return try outcome.get()
    }
}
