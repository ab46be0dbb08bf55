/// How ``RoomClient`` connects and how patient it is.
public struct RoomClientOptions: Sendable {
    /// The only certificate that is accepted, whoever signed it; nothing is then read from or written to
    /// ``knownServersPath``.
    public var demandedFingerprint: CertificateFingerprint?
    /// No TLS: passwords and keys in the clear. Refused unless the server is on this machine's loopback.
    public var isPlaintext = false
    /// The file that remembers certificates; nil (no home folder) lets only authority-signed or demanded ones pass.
    public var knownServersPath: String?
    /// Asked before a certificate that nothing vouches for is believed and remembered: nil believes it. The person is shown
    /// the fingerprint and may take their time: the connection is closed meanwhile, and the next one has to show the
    /// same certificate. Nothing secret was sent, and nothing written.
    public var confirmsFirstUse: (@Sendable (ServerTrust) async -> Bool)?
    /// What the person then said is right: no other is believed at a first meeting.
    var confirmedFingerprint: CertificateFingerprint?
    /// For name lookup and TCP, and again for the TLS handshake.
    public var connectTimeout: Duration = .seconds(10)
    /// For the answer to one request.
    public var requestTimeout: Duration = .seconds(10)
    /// The same for requests that read all of the server's database.
    public var maintenanceTimeout: Duration = .seconds(600)
    /// Most requests that may wait for an answer at once.
    public var requestsOutstandingMax = 64
    /// Most lines that may wait to be written while the server does not read.
    public var outgoingLinesMax = 256
    /// Most announcements that may wait to be read; one more ends the connection (see ``RoomClient/announcements``).
    public var announcementsMax = 1_024
    /// After this much silence from the server a `Ping` is sent…
    public var idleBeforePing: Duration = .seconds(15)
    /// … and after this much more the server is taken for dead.
    public var pingPatience: Duration = .seconds(10)

    public init() {}
}
