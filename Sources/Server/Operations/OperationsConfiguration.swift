/// How the server shows itself to who runs it: metrics, health and administration over HTTP.
public struct OperationsConfiguration: Sendable, Equatable {
    /// Whether there is a listener at all.
    public var isEnabled = true
    /// Numeric address to listen on. What is said there is not encrypted: an address that others reach wants a proxy in front.
    public var host = "127.0.0.1"
    /// TCP port; 0 lets the kernel choose.
    public var port: UInt16 = 9464
    /// A file with the token of the administration, of mode 0600; empty switches the administration off.
    public var tokenFile = ""
    /// Rooms that have metrics of their own, those with most people first. Each room is nine time series.
    public var roomsMax = 200
    /// Connections at a time; further ones wait.
    public var connectionsMax = 64

    public init() {}

    /// Throws what the start would throw for what can be seen without a socket: of the token's file.
    public func check() throws(OperationsError) {
        if isEnabled { _ = try AdministrationToken.load(tokenFile) }
    }
}

/// Limits that are no settings: nobody needs other ones.
enum OperationsLimits {
    /// Bytes of a request's body: all of them are a few fields.
    static let bodyBytesMax = 16_384
    /// Bytes of a request's header fields together, and how many fields.
    static let headerBytesMax = 16_384
    static let headerFieldsMax = 64
    /// A connection that says nothing for so long is closed.
    static let idleSeconds: Int64 = 60
    /// How long a request's body may take to come.
    static let bodyTimeout: Duration = .seconds(10)
    /// How long a readiness check may take before that is the reason why the server is not ready.
    static let checkTimeout: Duration = .seconds(2)
    /// Time series that libraries may make through swift-metrics.
    static let seriesMax = 1_000
    /// Bytes of a token: shorter ones can be guessed.
    static let tokenBytesRange = 32...1_024
}
