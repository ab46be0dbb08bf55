/// Whether the certificate that a server shows is believed. Pure: who signed it and what is remembered come in.
public enum TrustDecision: Equatable, Sendable {
    case accept(Acceptance)
    case refuse(Refusal)

    public enum Acceptance: Equatable, Sendable {
        /// Signed by an authority that the system trusts, for this host name, and no other certificate is remembered.
        case authority
        /// The certificate that is remembered.
        case pinned
        /// The fingerprint that the person demanded.
        case demanded
        /// Nothing is remembered: believed and remembered from now on; the person is to be shown the fingerprint.
        case firstUse
    }

    public enum Refusal: Equatable, Sendable {
        /// Another certificate is remembered. That an authority signed the new one is told, and changes nothing.
        case changed(remembered: CertificateFingerprint, line: Int, isSignedByAuthority: Bool)
        /// An authority vouched for it before, and none does now.
        case authorityLost(line: Int)
        case notDemanded(CertificateFingerprint)
        case unreadableEntry(line: Int)
    }

    /// - Parameters:
    ///   - presented: of the certificate that the server shows.
    ///   - demanded: given by the person; decides alone.
    ///   - isVerifiedByAuthority: the chain ends at a system root and names the host.
    ///   - remembered: what the known-servers file says.
    public static func decide(
        presented: CertificateFingerprint, demanded: CertificateFingerprint?, isVerifiedByAuthority: Bool,
        remembered: KnownServers.Lookup
    ) -> TrustDecision {
        if let demanded { return demanded == presented ? .accept(.demanded) : .refuse(.notDemanded(demanded)) }
        switch remembered {
        // A pin outranks every authority: one of the many that a system trusts may be made to sign for a listener.
        case .pinned(presented, _): return .accept(.pinned)
        case .pinned(let fingerprint, let line):
            return .refuse(
                .changed(remembered: fingerprint, line: line, isSignedByAuthority: isVerifiedByAuthority))
        case .unreadable(let line): return .refuse(.unreadableEntry(line: line))
        case .unknown: return .accept(isVerifiedByAuthority ? .authority : .firstUse)
        case .authority(let line):
            return isVerifiedByAuthority ? .accept(.authority) : .refuse(.authorityLost(line: line))
        }
    }
}

extension TrustDecision.Refusal {
    /// The one line a person gets: both fingerprints, the file and line, and what to do. What matters most comes first, for
    /// screens that have no room for all of it.
    func error(server: ServerAddress, presented: CertificateFingerprint, path: String) -> RoomClientError {
        func remedy(_ line: Int) -> String {
            "If its administrator confirms the new one, delete that line (\(line)) and connect again, or demand it with "
                + "--fingerprint."
        }
        let text =
            switch self {
            case .changed(let remembered, let line, let isSignedByAuthority):
                "the certificate of \(server) has changed: somebody may be listening in. Presented \(presented), which "
                    + "\(isSignedByAuthority ? "is" : "is not") signed by an authority that this system trusts; remembered "
                    + "\(remembered) (\(path), line \(line)). \(remedy(line))"
            case .authorityLost(let line):
                "the certificate of \(server) is no longer signed by an authority that this system trusts: somebody may "
                    + "be listening in. Presented \(presented); it was signed before (\(path), line \(line)). "
                    + remedy(line)
            case .notDemanded(let demanded):
                "the certificate of \(server) is not the one demanded: demanded \(demanded), presented \(presented). "
                    + "Compare with the fingerprint that the server prints when it starts."
            case .unreadableEntry(let line):
                "\(path), line \(line), names \(server) but cannot be read. Mend or delete that line; the server "
                    + "presents \(presented)."
            }
        return RoomClientError(.certificateRefused, text)
    }
}
