import Crypto
import Foundation
import SwiftASN1
import X509

/// A P-256 certificate for a server that nobody vouches for; clients pin it on first use.
struct SelfSignedCertificate {
    let certificatePEM: String
    let keyPEM: String

    /// Clients refuse a changed certificate, so it lasts as long as the server will.
    static let validity: Duration = .seconds(10 * 365 * 86_400)

    init(names: [String], now: Date = Date()) throws {
        let key = P256.Signing.PrivateKey()
        let publicKey = Certificate.PublicKey(key.publicKey)
        let name = try DistinguishedName { CommonName("Roomtone server") }
        // A clock that runs a little behind must not refuse a certificate made this minute.
        let start = now.addingTimeInterval(-86_400)
        let certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey, notValidBefore: start,
            notValidAfter: now.addingTimeInterval(Double(Self.validity.components.seconds)), issuer: name,
            subject: name,
            signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(Self.unique(names).map { .dnsName($0) })
            }, issuerPrivateKey: Certificate.PrivateKey(key))
        certificatePEM = try certificate.serializeAsPEM().pemString
        keyPEM = key.pemRepresentation
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen = Set<String>()
        return names.filter { !$0.isEmpty && seen.insert($0.lowercased()).inserted }
    }
}
