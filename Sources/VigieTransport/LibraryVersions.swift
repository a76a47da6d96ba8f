import CNghttp2
import COpenSSL

/// The C libraries that this process runs with, which need not be those that it was built with.
package enum LibraryVersions {
    /// "1.52.0".
    package static var nghttp2: String {
        // nghttp2_version gives nil only for a least version that is too new; 0 is none.
        nghttp2_version(0).map { String(cString: $0.pointee.version_str) } ?? "unknown"
    }

    /// "OpenSSL 3.0.17 1 Jul 2025".
    package static var openSSL: String {
        String(cString: OpenSSL_version(OPENSSL_VERSION))
    }
}
