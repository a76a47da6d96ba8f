import VigieEngine

/// What stands beside a record: the salt of its features' digest, and perhaps their values. It is not
/// chained, so that it can be erased; the digest, which is, tells whether it has been changed.
enum FeatureSide {
    /// What is wrong with a side; values are checked where a replay rebuilds them.
    static func problem(_ record: StoredRecord, _ fields: JSONValue) -> String? {
        guard let side = record.side else { return nil }
        guard let json = try? JSONParser.parse(side), json.object != nil else {
            return "\(record.place): what stands beside the record is no JSON object"
        }
        guard fields["featuresSha256"] != nil else {
            return "\(record.place): there are features beside a record that has no digest of any"
        }
        return nil
    }
}
