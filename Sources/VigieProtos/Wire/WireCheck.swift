public import CVigieProtos

/// Looks at the bytes of a message before protobuf-c does, and refuses what protobuf-c would not:
/// strings that are no UTF-8 or contain NUL (its strings are C strings and would end there), and
/// nesting without bound (it recurses). One pass, no memory.
@usableFromInline
func checkWire(
    _ buffer: UnsafeRawBufferPointer, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>
) throws(DecodeError) {
    guard let start = buffer.baseAddress else { return }
    let scan = WireScan(start: start)
    try scan.check(0..<buffer.count, descriptor, depth: 1)
}

/// Why protobuf-c gave up on `buffer`.
@usableFromInline @inline(never)
func explainFailure(
    _ buffer: UnsafeRawBufferPointer, _ descriptor: UnsafePointer<ProtobufCMessageDescriptor>,
    _ arena: ArenaPointer
) -> DecodeError {
    let name = String(cString: descriptor.pointee.name)
    if arena.pointee.limitExceeded {
        return DecodeError(.limit(bytes: arena.pointee.limit), message: name)
    }
    do throws(DecodeError) {
        try checkWire(buffer, descriptor)
    } catch {
        return error
    }
    return DecodeError(.malformed, message: name)
}

/// A pass over the wire. It reads tags and lengths exactly as protobuf-c does, so that what it lets
/// through has the depth that it has seen.
struct WireScan {
    let start: UnsafeRawPointer

    typealias Descriptor = UnsafePointer<ProtobufCMessageDescriptor>
    typealias Field = UnsafePointer<ProtobufCFieldDescriptor>

    /// Checks the message in `range`, and those in it.
    func check(_ range: Range<Int>, _ descriptor: Descriptor, depth: Int) throws(DecodeError) {
        var position = range.lowerBound
        let end = range.upperBound
        while position < end {
            let fieldStart = position
            guard let key = varint(&position, end, bytesMax: 5) else {
                throw malformed(descriptor, nil, fieldStart)
            }
            // protobuf-c keeps 32 bits of the field's number.
            let number = UInt32(truncatingIfNeeded: key >> 3)
            let field = find(number, in: descriptor)
            switch key & 7 {
            case 0:
                guard varint(&position, end, bytesMax: 10) != nil else {
                    throw malformed(descriptor, field, fieldStart)
                }
            case 1:
                guard end - position >= 8 else { throw malformed(descriptor, field, fieldStart) }
                position += 8
            case 5:
                guard end - position >= 4 else { throw malformed(descriptor, field, fieldStart) }
                position += 4
            case 2:
                guard let length = varint(&position, end, bytesMax: 5),
                    length <= UInt64(Int32.max), Int(length) <= end - position
                else { throw malformed(descriptor, field, fieldStart) }
                let content = position..<(position + Int(length))
                position = content.upperBound
                guard let field else { continue }
                try check(content, of: field, descriptor, fieldStart, depth: depth)
            default:
                throw malformed(descriptor, field, fieldStart)
            }
        }
    }

    /// Checks the content of a field with a length.
    @inline(__always)
    private func check(
        _ content: Range<Int>, of field: Field, _ descriptor: Descriptor, _ fieldStart: Int,
        depth: Int
    ) throws(DecodeError) {
        switch field.pointee.type {
        case PROTOBUF_C_TYPE_STRING:
            let bytes = UnsafeRawBufferPointer(
                start: start + content.lowerBound, count: content.count)
            switch TextCheck.classify(bytes) {
            case .valid: return
            case .containsNUL: throw error(.containsNUL, descriptor, field, fieldStart)
            case .invalid: throw error(.invalidUTF8, descriptor, field, fieldStart)
            }
        case PROTOBUF_C_TYPE_MESSAGE:
            guard let inner = field.pointee.descriptor else { return }
            guard depth < DecodeError.depthMax else {
                throw error(.tooDeep, descriptor, field, fieldStart)
            }
            try check(
                content, inner.assumingMemoryBound(to: ProtobufCMessageDescriptor.self),
                depth: depth + 1)
        default:
            return
        }
    }

    /// Reads a varint of at most `bytesMax` bytes; nil when it is cut short or longer.
    @inline(__always)
    private func varint(_ position: inout Int, _ end: Int, bytesMax: Int) -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        let last = min(end, position + bytesMax)
        while position < last {
            let byte = start.load(fromByteOffset: position, as: UInt8.self)
            position += 1
            value |= UInt64(byte & 0x7F) &<< shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// The field of that number. Numbers mostly run without a gap, so the first range has it.
    @inline(__always)
    private func find(_ number: UInt32, in descriptor: Descriptor) -> Field? {
        guard let ranges = descriptor.pointee.field_ranges, descriptor.pointee.n_field_ranges > 0
        else { return nil }
        let index = Int64(number) - Int64(ranges[0].start_value)
        if index >= 0, index < Int64(ranges[1].orig_index) {
            return descriptor.pointee.fields + Int(index)
        }
        if descriptor.pointee.n_field_ranges == 1 { return nil }
        return protobuf_c_message_descriptor_get_field(descriptor, number)
    }

    private func malformed(_ descriptor: Descriptor, _ field: Field?, _ offset: Int)
        -> DecodeError
    {
        error(.malformed, descriptor, field, offset)
    }

    @inline(never)
    private func error(
        _ reason: DecodeError.Reason, _ descriptor: Descriptor, _ field: Field?, _ offset: Int
    ) -> DecodeError {
        DecodeError(
            reason, message: String(cString: descriptor.pointee.name),
            field: field.map { String(cString: $0.pointee.name) } ?? "", offset: offset)
    }
}
