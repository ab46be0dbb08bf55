import Crypto
import Foundation
import NIOSSL
import RoomClient
import SwiftASN1
import X509

/// Certificates made on the spot: self-signed, or signed by an authority that the test trusts.
struct TestCertificate {
    let certificate: Certificate
    private let key: Certificate.PrivateKey
    private let pemKey: String

    static func selfSigned(hosts: [GeneralName] = localHosts) throws -> TestCertificate {
        try TestCertificate(name: "roomtone", isAuthority: false, hosts: hosts, issuer: nil)
    }

    static func authority() throws -> TestCertificate {
        try TestCertificate(name: "Test Authority", isAuthority: true, hosts: [], issuer: nil)
    }

    func signing(hosts: [GeneralName] = localHosts) throws -> TestCertificate {
        try TestCertificate(name: "signed", isAuthority: false, hosts: hosts, issuer: self)
    }

    static let localHosts: [GeneralName] = [
        .dnsName("localhost"), .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])),
    ]

    var der: [UInt8] {
        get throws {
            var serializer = DER.Serializer()
            try serializer.serialize(certificate)
            return serializer.serializedBytes
        }
    }

    var fingerprint: CertificateFingerprint {
        get throws { CertificateFingerprint(certificateDER: try der) }
    }

    var serverConfiguration: TLSConfiguration {
        get throws {
            TLSConfiguration.makeServerConfiguration(
                certificateChain: [.certificate(try NIOSSLCertificate(bytes: try der, format: .der))],
                privateKey: .privateKey(try NIOSSLPrivateKey(bytes: Array(pemKey.utf8), format: .pem)))
        }
    }

    private init(name: String, isAuthority: Bool, hosts: [GeneralName], issuer: TestCertificate?) throws {
        let privateKey = P256.Signing.PrivateKey()
        pemKey = privateKey.pemRepresentation
        key = Certificate.PrivateKey(privateKey)
        let subject = try DistinguishedName { CommonName(name) }
        certificate = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: key.publicKey,
            notValidBefore: Date().addingTimeInterval(-3_600), notValidAfter: Date().addingTimeInterval(86_400),
            issuer: issuer?.certificate.subject ?? subject, subject: subject, signatureAlgorithm: .ecdsaWithSHA256,
            extensions: try Certificate.Extensions {
                if isAuthority {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                } else {
                    Critical(BasicConstraints.notCertificateAuthority)
                    SubjectAlternativeNames(hosts)
                }
            },
            issuerPrivateKey: issuer?.key ?? key)
    }
}
