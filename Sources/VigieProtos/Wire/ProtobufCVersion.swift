internal import CProtobufC

/// The protobuf-c library that this process runs with: "1.4.1".
public var protobufCVersion: String { String(cString: protobuf_c_version()) }
