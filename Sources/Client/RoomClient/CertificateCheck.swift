import NIOPosix
import NIOSSL
import SwiftASN1
import Synchronization
import X509

/// Judges one server's certificate during a handshake, and remembers it once the handshake has proven its key.
///
/// The two halves are apart because a certificate is public: until the handshake is complete, whoever presents it
/// has not shown that it is his, and must leave no trace in the known-servers file.
final class CertificateCheck: Sendable {
    private let server: ServerAddress
    private let demanded: CertificateFingerprint?
    /// What the person said is right, of a certificate that is met for the first time.
    private let confirmed: CertificateFingerprint?
    private let file: KnownServersFile?
    private let authorities: CertificateStore
    private let outcome = Mutex<Outcome?>(nil)

    private struct Outcome {
        var fingerprint: CertificateFingerprint
        var isVerifiedByAuthority: Bool
        var refusal: RoomClientError?
    }

    init(server: ServerAddress, options: RoomClientOptions, authorities: CertificateStore) {
        self.server = server
        confirmed = options.confirmedFingerprint
        demanded = options.demandedFingerprint
        file = options.knownServersPath.map(KnownServersFile.init(path:))
        self.authorities = authorities
    }

    /// Set when the handshake failed because of this check.
    var refusal: RoomClientError? { outcome.withLock { $0?.refusal } }

    /// Judges the chain, leaf first; false ends the handshake. Reads the known-servers file.
    func accepts(_ chain: [NIOSSLCertificate]) async -> Bool {
        guard let leaf = chain.first, let leafDER = try? leaf.toDERBytes() else { return false }
        let fingerprint = CertificateFingerprint(certificateDER: leafDER)
        var judged = Outcome(fingerprint: fingerprint, isVerifiedByAuthority: false)
        if demanded == nil { judged.isVerifiedByAuthority = await isVerifiedByAuthority(chain) }
        do throws(RoomClientError) {
            let remembered = try await remembered()
            _ = try acceptance(judged, remembered)
        } catch {
            judged.refusal = error
        }
        let result = judged
        outcome.withLock { $0 = result }
        return result.refusal == nil
    }

    /// What a person is to judge before anything else: nil when nothing is met for the first time, or it was judged. Call
    /// when the handshake is complete.
    func stranger() async throws(RoomClientError) -> ServerTrust? {
        guard confirmed == nil, let outcome = outcome.withLock({ $0 }),
            try acceptance(outcome, try await remembered()) == .firstUse
        else { return nil }
        return ServerTrust(acceptance: .firstUse, fingerprint: outcome.fingerprint, knownServersPath: file?.path)
    }

    /// Writes down what is new. Call when the handshake is complete, before anything secret is sent.
    ///
    /// The decision is made again under the file's lock: another client may have met another certificate meanwhile.
    func remember() async throws(RoomClientError) -> ServerTrust {
        guard let outcome = outcome.withLock({ $0 }) else {
            throw RoomClientError(.handshakeFailed, "\(server) showed no certificate.")
        }
        let first = try acceptance(outcome, try await remembered())
        let trust = ServerTrust(acceptance: first, fingerprint: outcome.fingerprint, knownServersPath: file?.path)
        guard first == .firstUse || first == .authority, let file else { return trust }
        let date = Self.date()
        try await blocking { () throws(RoomClientError) in
            try file.update { (servers) throws(RoomClientError) in
                let lookup = servers.lookup(self.server)
                let identity: KnownServers.Identity
                switch try self.acceptance(outcome, lookup) {
                case .firstUse: identity = .pinned(outcome.fingerprint)
                case .authority:
                    if case .authority = lookup { return }
                    identity = .authority
                case .pinned, .demanded: return
                }
                guard servers.remember(self.server, as: identity, date: date) else {
                    throw RoomClientError(
                        .knownServersUnusable,
                        "\(file.path) remembers \(KnownServers.entriesMax) servers, the most it may: delete lines you do "
                            + "not need.")
                }
            }
        }
        return trust
    }

    private func acceptance(
        _ outcome: Outcome, _ remembered: KnownServers.Lookup
    ) throws(RoomClientError) -> TrustDecision.Acceptance {
        let decision = TrustDecision.decide(
            presented: outcome.fingerprint, demanded: demanded, isVerifiedByAuthority: outcome.isVerifiedByAuthority,
            remembered: remembered)
        switch decision {
        case .accept(let acceptance):
            guard acceptance != .firstUse || file != nil else {
                throw RoomClientError(
                    .knownServersUnusable,
                    "there is no place to remember the certificate of \(server): set HOME or XDG_DATA_HOME, or demand "
                        + "\(outcome.fingerprint) if that is its fingerprint.")
            }
            if acceptance == .firstUse, let confirmed, confirmed != outcome.fingerprint {
                throw TrustDecision.Refusal.notDemanded(confirmed).error(
                    server: server, presented: outcome.fingerprint, path: file?.path ?? "")
            }
            return acceptance
        case .refuse(let refusal):
            throw refusal.error(server: server, presented: outcome.fingerprint, path: file?.path ?? "")
        }
    }

    private func remembered() async throws(RoomClientError) -> KnownServers.Lookup {
        guard demanded == nil, let file else { return .unknown }
        return try await blocking { () throws(RoomClientError) in try file.read().lookup(self.server) }
    }

    private func isVerifiedByAuthority(_ chain: [NIOSSLCertificate]) async -> Bool {
        let certificates = chain.compactMap { certificate in
            (try? certificate.toDERBytes()).flatMap { try? Certificate(derEncoded: $0) }
        }
        guard certificates.count == chain.count, let leaf = certificates.first else { return false }
        let server = server
        var verifier = Verifier(rootCertificates: authorities) {
            RFC5280Policy()
            ServerIdentityPolicy(
                serverHostname: server.isNumeric ? nil : server.host, serverIP: server.isNumeric ? server.host : nil)
        }
        let result = await verifier.validate(leaf: leaf, intermediates: CertificateStore(certificates.dropFirst()))
        if case .validCertificate = result { return true }
        return false
    }

    /// Off the event loops and off the cooperative pool: the file's lock may have to be waited for.
    private func blocking<Result: Sendable>(
        _ work: @escaping @Sendable () throws(RoomClientError) -> Result
    ) async throws(RoomClientError) -> Result {
        do {
            return try await NIOThreadPool.singleton.runIfActive(work)
        } catch let error as RoomClientError {
            throw error
        } catch {
            throw RoomClientError(.cancelled, "the connection attempt was cancelled.")
        }
    }
}
