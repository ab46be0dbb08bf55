import Foundation
import NIOSSL
import SwiftASN1
import TestSupport
import Testing
import X509

@testable import ControlServer

@Suite struct ServerIdentityTests {
    private let directory: TemporaryFolder

    init() throws { directory = try TemporaryFolder() }

    @Test func keyIsForItsOwnerOnly() throws {
        _ = try ServerIdentity.loadOrCreate(directory: directory.path, names: [])
        for file in [ServerIdentity.keyFile, ServerIdentity.certificateFile] {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.file(file))
            #expect(attributes[.posixPermissions] as? Int == 0o600)
        }
    }

    @Test func keyIsPrivateBeforeItIsWritten() throws {
        let path = directory.file("key.pem.new")
        let file = try ServerIdentity.openPrivately(path)
        #expect(try directory.permissions(of: "key.pem.new") == 0o600)
        try file.close()
        // Nobody else's file, and no way to one, is written to.
        #expect(throws: ServerIdentityError.self) { try ServerIdentity.openPrivately(path) }
        try FileManager.default.createSymbolicLink(
            atPath: directory.file("link"), withDestinationPath: directory.file("elsewhere"))
        #expect(throws: ServerIdentityError.self) { try ServerIdentity.openPrivately(directory.file("link")) }
        #expect(!FileManager.default.fileExists(atPath: directory.file("elsewhere")))
    }

    @Test func startThatWasCutShortIsMadeUpFor() throws {
        try directory.write("half a key", to: ServerIdentity.keyFile + ".new", permissions: 0o644)
        _ = try ServerIdentity.loadOrCreate(directory: directory.path, names: [])
        #expect(try directory.permissions(of: ServerIdentity.keyFile) == 0o600)
    }

    @Test func certificateNamesTheServerAndLastsTenYears() throws {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        let made = try SelfSignedCertificate(names: ["localhost", "voice.example", "LOCALHOST"], now: now)
        let certificate = try Certificate(pemEncoded: made.certificatePEM)
        let names = try #require(try certificate.extensions.subjectAlternativeNames)
        #expect(Array(names) == [.dnsName("localhost"), .dnsName("voice.example")])
        #expect(certificate.notValidBefore < now)
        #expect(certificate.notValidAfter.timeIntervalSince(now) == 3_650 * 86_400)
    }

    @Test func halfAnIdentityIsNotReplacedSilently() throws {
        _ = try ServerIdentity.loadOrCreate(directory: directory.path, names: [])
        try FileManager.default.removeItem(atPath: directory.file(ServerIdentity.certificateFile))
        let error = #expect(throws: ServerIdentityError.self) {
            try ServerIdentity.loadOrCreate(directory: directory.path, names: [])
        }
        #expect(error?.description.contains(directory.file(ServerIdentity.certificateFile)) == true)
    }

    @Test func keyOfAnotherCertificateIsRefused() throws {
        let other = try TemporaryFolder()
        _ = try ServerIdentity.loadOrCreate(directory: directory.path, names: [])
        _ = try ServerIdentity.loadOrCreate(directory: other.path, names: [])
        #expect(throws: ServerIdentityError.self) {
            try ServerIdentity.load(
                certificatePath: directory.file(ServerIdentity.certificateFile),
                keyPath: other.file(ServerIdentity.keyFile))
        }
    }

    @Test func missingAndMalformedFilesAreNamed() throws {
        let missing = directory.file("missing.pem")
        let garbage = directory.file("garbage.pem")
        try Data("not PEM".utf8).write(to: URL(fileURLWithPath: garbage))
        for path in [missing, garbage] {
            let error = #expect(throws: ServerIdentityError.self) {
                try ServerIdentity.load(certificatePath: path, keyPath: path)
            }
            #expect(error?.description.contains(path) == true)
        }
    }
}
