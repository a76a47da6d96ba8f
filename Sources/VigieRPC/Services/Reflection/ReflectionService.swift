import VigieProtos

/// Server reflection, `grpc.reflection.v1` and `v1alpha` (grpc/grpc doc/server-reflection.md), from the
/// descriptors that VigieProtos carries.
package enum ReflectionService {
    /// Adds both versions to `handler`. The services listed are those that are registered when the
    /// question comes, these included.
    package static func install(on handler: RPCHandler) {
        handler.streaming(GrpcReflectionV1.ServerReflection.ServerReflectionInfo.self) { call in
            ReflectionStream(call)
        }
        // v1alpha is v1 by another name, the same on the wire: one implementation serves both.
        let path = GrpcReflectionV1Alpha.ServerReflection.ServerReflectionInfo.path.description
        handler.add(
            StreamingMethod(path: path, kind: .bidirectional) { ReflectionStream($0) })
    }
}

/// One reflection stream: each request has one response.
private final class ReflectionStream: StreamingHandler {
    typealias Request = GrpcReflectionV1.ServerReflectionRequest
    typealias Response = GrpcReflectionV1.ServerReflectionResponse

    private unowned let call: ServerCall

    init(_ call: ServerCall) { self.call = call }

    func received(_ request: Request) {
        call.send(Response.self) { response in
            response.validHost = request.host
            // Encoded before the request's memory is used again.
            response.originalRequest = request
            answer(request, response)
        }
        if !call.isWritable { call.pauseRequests() }
    }

    func writable() { call.resumeRequests() }

    func requestsEnded() { call.finish() }

    private func answer(_ request: Request, _ response: Response) {
        switch request.messageRequest {
        case .listServices:
            let list = response.mutableListServicesResponse()
            for service in call.server.services.sorted() { list.addService().setName(service) }
        case .fileByFilename(let name):
            send(ProtoFiles.file(named: String(name)), "file \(name)", response)
        case .fileContainingSymbol(let symbol):
            send(ProtoFiles.file(defining: Self.plain(symbol)), "symbol \(symbol)", response)
        case .fileContainingExtension(let extended):
            // proto3 files without extensions: that is all this build has.
            let what = "extension \(extended.extensionNumber) of \(extended.containingType)"
            send(nil, what, response)
        case .allExtensionNumbersOfType(let type):
            guard ProtoFiles.file(defining: Self.plain(type)) != nil else {
                return fail(.notFound, "type \(type) is not known", response)
            }
            response.mutableAllExtensionNumbersResponse().baseTypeName = type
        case nil:
            fail(.invalidArgument, "the request asks for nothing that is known here", response)
        }
    }

    private static func plain(_ symbol: Text) -> String {
        let symbol = String(symbol)
        return symbol.hasPrefix(".") ? String(symbol.dropFirst()) : symbol
    }

    /// The file itself comes first, as clients expect, then all that it imports.
    private func send(_ file: ProtoFile?, _ what: String, _ response: Response) {
        guard let file else { return fail(.notFound, "\(what) is not known", response) }
        let files = response.mutableFileDescriptorResponse()
        files.appendFileDescriptorProto(file.descriptor)
        for other in ProtoFiles.withDependencies(of: file) where other.name != file.name {
            files.appendFileDescriptorProto(other.descriptor)
        }
    }

    private func fail(_ code: StatusCode, _ message: String, _ response: Response) {
        let error = response.mutableErrorResponse()
        error.errorCode = Int32(code.rawValue)
        error.setErrorMessage(message)
    }
}
