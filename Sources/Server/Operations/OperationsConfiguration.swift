import NIOCore

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
    /// A connection whose other side takes nothing of its answers for so long is closed.
    static let writeTimeout: TimeAmount = .seconds(30)
    /// Requests that a connection may ask before it has had their answers; with one more it is closed.
    static let pipelinedMax = 16
    /// How long nobody is let in when the process has no descriptor for them.
    static let acceptPause: TimeAmount = .seconds(1)
    /// How long a stop waits for requests under way, then for closed connections to be gone, and as long again for what was cancelled.
    static let stopTime: Duration = .seconds(5)
    static let closeTime: Duration = .seconds(2)
    /// How long a request's body may take to come.
    static let bodyTimeout: Duration = .seconds(10)
    /// How long a readiness check may take before that is the reason why the server is not ready.
    static let checkTimeout: Duration = .seconds(2)
    /// Time series that libraries may make through swift-metrics.
    static let seriesMax = 1_000
    /// Bytes of a token: shorter ones can be guessed.
    static let tokenBytesRange = 32...1_024
}
