import VigieEngine

/// What an ensemble says of rows, with a scratch of their own.
func predict(_ ensemble: TreeEnsemble, _ rows: [Float], _ start: [Float] = [])
    -> [Float]
{
    var outputs = [Float](
        repeating: .nan, count: rows.count / ensemble.featureCount * ensemble.targetCount)
    var span = outputs.mutableSpan
    ensemble.predict(rows.span, startingAt: start, into: &span, ensemble.makeScratch())
    return outputs
}

func predict(
    _ ensemble: TreeEnsemble, _ rows: [Double], _ start: [Double] = []
) -> [Double] {
    var outputs = [Double](
        repeating: .nan, count: rows.count / ensemble.featureCount * ensemble.targetCount)
    var span = outputs.mutableSpan
    ensemble.predict(rows.span, startingAt: start, into: &span, ensemble.makeScratch())
    return outputs
}
