import Glibc
import SwiftASN1
import Synchronization
import TestSupport
import Testing
import X509

@testable import RoomClient

struct CertificateTrustTests {
    private let folder: TemporaryFolder
    private var options = RoomClientOptions()

    init() throws {
        folder = try TemporaryFolder()
        options.knownServersPath = folder.file("known")
    }

    private func serve(_ certificate: TestCertificate?, port: UInt16 = 0) async throws -> LineServer {
        try await LineServer.start(certificate: certificate, port: port) { _ in [] }
    }

    /// Connects with these authorities and hangs up; what made the certificate trusted.
    private func meet(
        _ server: ServerAddress, authorities: [Certificate] = []
    ) async throws -> TrustDecision.Acceptance? {
        let client = try await RoomClient.connect(
            to: server, options: options, authorities: CertificateStore(authorities))
        await client.close()
        return client.trust?.acceptance
    }

    @Test func `a first meeting is remembered, and recognised the second time`() async throws {
        let certificate = try TestCertificate.selfSigned()
        let server = try await serve(certificate)
        #expect(try await meet(server.address) == .firstUse)
        #expect(try folder.text(of: "known").contains("127.0.0.1:\(server.port) \(try certificate.fingerprint) "))
        #expect(try await meet(server.address) == .pinned)
        await server.stop()
    }

    @Test func `a changed certificate is refused, naming both, the file and the line`() async throws {
        let old = try TestCertificate.selfSigned()
        let new = try TestCertificate.selfSigned()
        let first = try await serve(old)
        _ = try await meet(first.address)
        await first.stop()
        let second = try await serve(new, port: first.port)
        let (oldText, newText) = (try old.fingerprint.description, try new.fingerprint.description)
        await #expect { try await meet(second.address) } throws: { error in
            let line = "\(error)"
            return (error as? RoomClientError)?.code == .certificateRefused && line.contains(oldText)
                && line.contains("\(newText), which is not signed by")
                && line.contains("\(folder.file("known")), line 2") && line.contains("delete")
        }
        let text = try folder.text(of: "known")
        #expect(!text.contains(newText))
        await second.stop()
    }

    @Test func `a signed certificate for this host needs no pin, and cannot be replaced by an unsigned one`()
        async throws
    {
        let authority = try TestCertificate.authority()
        let signed = try await serve(try authority.signing())
        #expect(try await meet(signed.address, authorities: [authority.certificate]) == .authority)
        #expect(try folder.text(of: "known").contains("127.0.0.1:\(signed.port) authority "))
        await signed.stop()
        let unsigned = try await serve(try TestCertificate.selfSigned(), port: signed.port)
        await #expect { try await meet(unsigned.address, authorities: [authority.certificate]) } throws: {
            ($0 as? RoomClientError)?.code == .certificateRefused
        }
        await unsigned.stop()
    }

    @Test func `a signed certificate does not replace a remembered one, and the refusal says what it is`() async throws
    {
        let old = try TestCertificate.selfSigned()
        let first = try await serve(old)
        _ = try await meet(first.address)
        await first.stop()
        let known = try folder.text(of: "known")
        let authority = try TestCertificate.authority()
        let new = try authority.signing()
        let second = try await serve(new, port: first.port)
        let (oldText, newText) = (try old.fingerprint.description, try new.fingerprint.description)
        await #expect { try await meet(second.address, authorities: [authority.certificate]) } throws: { error in
            let line = "\(error)"
            return (error as? RoomClientError)?.code == .certificateRefused && line.contains(oldText)
                && line.contains("\(newText), which is signed by an authority")
                && line.contains("\(folder.file("known")), line 2") && line.contains("delete that line")
                && line.contains("--fingerprint")
        }
        #expect(try folder.text(of: "known") == known)
        await second.stop()
    }

    @Test func `a signature for another host counts as none`() async throws {
        let authority = try TestCertificate.authority()
        let elsewhere = try authority.signing(hosts: [.dnsName("elsewhere.example.org")])
        let server = try await serve(elsewhere)
        #expect(try await meet(server.address, authorities: [authority.certificate]) == .firstUse)
        await server.stop()
    }

    @Test func `a demanded fingerprint is enough, and writes nothing`() async throws {
        let certificate = try TestCertificate.selfSigned()
        let server = try await serve(certificate)
        var copy = self
        copy.options.demandedFingerprint = try certificate.fingerprint
        #expect(try await copy.meet(server.address) == .demanded)
        copy.options.demandedFingerprint = CertificateFingerprint(certificateDER: [])
        await #expect(throws: RoomClientError.self) { try await copy.meet(server.address) }
        #expect((try? folder.text(of: "known")) == nil)
        await server.stop()
    }

    @Test func `without a place to remember, a stranger is refused with its fingerprint`() async throws {
        let certificate = try TestCertificate.selfSigned()
        let server = try await serve(certificate)
        var copy = self
        copy.options.knownServersPath = nil
        let text = try certificate.fingerprint.description
        await #expect { try await copy.meet(server.address) } throws: { "\($0)".contains(text) }
        await server.stop()
    }

    @Test func `plaintext leaves no machine`() async throws {
        var copy = self
        copy.options.isPlaintext = true
        await #expect { try await copy.meet(ServerAddress(host: "192.0.2.1")) } throws: {
            ($0 as? RoomClientError)?.code == .plaintextNotAllowed
        }
    }

    @Test func `a server that is not there is named with what to look for`() async throws {
        let server = try await serve(nil)
        await server.stop()
        await #expect { try await meet(server.address) } throws: { error in
            (error as? RoomClientError)?.code == .unreachable && "\(error)".contains("127.0.0.1:\(server.port)")
                && "\(error)".contains("is roomtoned running there")
        }
    }

    @Test func `a server without TLS is not waited for without end`() async throws {
        let server = try await serve(nil)
        var copy = self
        // Twice in one: TCP has to come through in it on a busy machine, too.
        copy.options.connectTimeout = .seconds(3)
        await #expect { try await copy.meet(server.address) } throws: {
            ($0 as? RoomClientError)?.code == .handshakeTimedOut
        }
        await server.stop()
    }

    // MARK: Asking first

    @Test func `a certificate that is confirmed is remembered, and asked about once`() async throws {
        let certificate = try TestCertificate.selfSigned()
        let server = try await serve(certificate)
        let asked = Mutex<[ServerTrust]>([])
        let remembered = folder.file("known")
        var copy = self
        copy.options.confirmsFirstUse = { trust in
            // A person may think for longer than the server waits for a login.
            await server.cut()
            #expect(access(remembered, F_OK) != 0)
            asked.withLock { $0.append(trust) }
            return true
        }
        #expect(try await copy.meet(server.address) == .firstUse)
        #expect(try await copy.meet(server.address) == .pinned)
        #expect(
            asked.withLock { $0 } == [
                ServerTrust(
                    acceptance: .firstUse, fingerprint: try certificate.fingerprint, knownServersPath: remembered)
            ])
        await server.stop()
    }

    @Test func `a certificate that is not confirmed is refused, and leaves no trace`() async throws {
        let certificate = try TestCertificate.selfSigned()
        let server = try await serve(certificate)
        var copy = self
        copy.options.confirmsFirstUse = { _ in false }
        let text = try certificate.fingerprint.description
        await #expect { try await copy.meet(server.address) } throws: { error in
            (error as? RoomClientError)?.code == .certificateRefused && "\(error)".contains(text)
        }
        #expect((try? folder.text(of: "known")) == nil)
        await server.stop()
    }

    @Test func `a server that changes its certificate while a person looks at it is refused`() async throws {
        let first = try await serve(try TestCertificate.selfSigned())
        let other = try TestCertificate.selfSigned()
        let second = Mutex<LineServer?>(nil)
        var copy = self
        copy.options.confirmsFirstUse = { [copy] _ in
            await first.stop()
            let replacement = try? await copy.serve(other, port: first.port)
            second.withLock { $0 = replacement }
            return replacement != nil
        }
        await #expect { try await copy.meet(first.address) } throws: {
            ($0 as? RoomClientError)?.code == .certificateRefused
        }
        #expect((try? folder.text(of: "known")) == nil)
        await second.withLock { $0 }?.stop()
    }

    @Test func `what an authority or the person vouches for is not asked about`() async throws {
        let authority = try TestCertificate.authority()
        let certificate = try authority.signing()
        let server = try await serve(certificate)
        var copy = self
        copy.options.confirmsFirstUse = { _ in
            Issue.record("asked")
            return false
        }
        #expect(try await copy.meet(server.address, authorities: [authority.certificate]) == .authority)
        copy.options.demandedFingerprint = try certificate.fingerprint
        #expect(try await copy.meet(server.address) == .demanded)
        await server.stop()
    }
}
