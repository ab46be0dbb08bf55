/// Why the server's certificate was believed; shown to the person when it is a first meeting.
public struct ServerTrust: Equatable, Sendable {
    public let acceptance: TrustDecision.Acceptance
    public let fingerprint: CertificateFingerprint
    /// Where a first meeting was written down.
    public let knownServersPath: String?
}
