/// What a session tells its connection.
protocol HTTP2SessionOwner: AnyObject {
    /// A stream object for a request that the peer began; nil refuses it (REFUSED_STREAM).
    func makeStream() -> HTTPStream?
    func streamEnded(_ stream: HTTPStream)
    func pingReceived(isAcknowledgement: Bool)
    func settingsReceived()
    func goAwayReceived(lastStream: Int32, code: HTTP2ErrorCode, message: String)
    /// A GOAWAY of ours went out: nghttp2's verdict on the peer when `code` is not `noError`.
    func goAwaySent(_ code: HTTP2ErrorCode)
    /// A HEADERS or DATA frame went out: an answer, which forgives pings.
    func sentHeadersOrData()
    /// A frame that costs the peer nothing and asks for work: SETTINGS, PRIORITY, empty DATA.
    func cheapFrameReceived()
    /// A stream ended by the peer's doing before it was answered: by its RST_STREAM, or by ours where it
    /// broke the protocol on it.
    func streamWasted()
    /// A request was refused because its header list is far over the limit.
    func headerListTooLarge()
}
