import COpenSSL

/// Who a peer is, by a certificate that its authority signed and the handshake proved.
package struct PeerIdentity: Sendable, Equatable, CustomStringConvertible {
    /// The subject's distinguished name in RFC 2253's form, for example `CN=scoring,O=Bank`.
    package let subject: String
    /// The subject's common name, if it has one.
    package let commonName: String?
    /// Subject alternative names of type DNS.
    package let dnsNames: [String]
    /// Subject alternative names of type URI, for example `spiffe://bank/scoring`.
    package let uris: [String]
    /// SHA-256 of the certificate's DER form, in lower-case hexadecimal.
    package let fingerprint: String

    init(_ certificate: OpaquePointer) {
        let name = X509_get_subject_name(certificate)
        subject = Self.text { X509_NAME_print_ex($0, name, 0, UInt(XN_FLAG_RFC2253_VALUE)) }
        var common = [CChar](repeating: 0, count: 256)
        let length = X509_NAME_get_text_by_NID(
            name, NID_commonName, &common, Int32(common.count))
        commonName =
            length > 0
            ? String(
                decoding: common.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
            : nil
        var dns: [String] = []
        var uri: [String] = []
        if let raw = X509_get_ext_d2i(certificate, NID_subject_alt_name, nil, nil) {
            let list = OpaquePointer(raw)
            for index in 0..<OPENSSL_sk_num(list) {
                guard let entry = OPENSSL_sk_value(list, index) else { continue }
                let general = entry.assumingMemoryBound(to: GENERAL_NAME.self)
                var kind: Int32 = 0
                guard let value = GENERAL_NAME_get0_value(general, &kind),
                    kind == GEN_DNS || kind == GEN_URI
                else { continue }
                let string = value.assumingMemoryBound(to: ASN1_STRING.self)
                let bytes = UnsafeBufferPointer(
                    start: ASN1_STRING_get0_data(string), count: Int(ASN1_STRING_length(string)))
                let text = String(decoding: bytes, as: UTF8.self)
                if kind == GEN_DNS { dns.append(text) } else { uri.append(text) }
            }
            GENERAL_NAMES_free(list)
        }
        dnsNames = dns
        uris = uri
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var size: UInt32 = 0
        X509_digest(certificate, EVP_sha256(), &digest, &size)
        fingerprint = digest.prefix(Int(size)).map { byte in
            let text = String(byte, radix: 16)
            return byte < 16 ? "0" + text : text
        }.joined()
    }

    private static func text(_ print: (OpaquePointer) -> Int32) -> String {
        guard let memory = BIO_new(BIO_s_mem()) else { return "" }
        defer { BIO_free(memory) }
        _ = print(memory)
        var bytes = [UInt8](repeating: 0, count: BIO_ctrl_pending(memory))
        let count = BIO_read(memory, &bytes, Int32(clamping: bytes.count))
        return String(decoding: bytes.prefix(Int(max(0, count))), as: UTF8.self)
    }

    package var description: String { uris.first ?? subject }
}

// XN_FLAG_RFC2253, a macro of casts in OpenSSL's headers: ASN1_STRFLGS_RFC2253 (0x317)
// | XN_FLAG_SEP_COMMA_PLUS (1 << 16) | XN_FLAG_DN_REV (1 << 20) | XN_FLAG_DUMP_UNKNOWN_FIELDS (1 << 24).
private let XN_FLAG_RFC2253_VALUE = 0x317 | 1 << 16 | 1 << 20 | 1 << 24
