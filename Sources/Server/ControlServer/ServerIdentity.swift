import ControlWire
import Crypto
import Foundation
import Glibc
import NIOSSL

/// The server's certificate and key, ready for TLS 1.2 and 1.3.
public struct ServerIdentity: Sendable {
    /// SHA-256 of the certificate's DER form, upper-case hexadecimal in pairs with colons between: what
    /// clients show and people compare.
    public let fingerprint: String
    let tls: NIOSSLContext

    /// Names of the files in the data directory.
    static let certificateFile = "certificate.pem"
    static let keyFile = "key.pem"

    /// Reads PEM files: a chain with the server's own certificate first, and its key.
    public static func load(certificatePath: String, keyPath: String) throws(ServerIdentityError) -> ServerIdentity {
        let chain = try read(certificatePath) { try NIOSSLCertificate.fromPEMFile($0) }
        let key = try read(keyPath) { try NIOSSLPrivateKey(file: $0, format: .pem) }
        guard let leaf = chain.first else { throw ServerIdentityError("\(certificatePath) holds no certificate") }
        var configuration = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        configuration.minimumTLSVersion = .tlsv12
        do {
            let der = try leaf.toDERBytes()
            return ServerIdentity(
                fingerprint: Self.fingerprint(der), tls: try NIOSSLContext(configuration: configuration))
        } catch {
            throw ServerIdentityError("\(keyPath) is not the key of \(certificatePath): \(error)")
        }
    }

    /// Reads the directory's certificate, which has to be there.
    public static func loadOwn(directory: String) throws(ServerIdentityError) -> ServerIdentity {
        try load(certificatePath: directory + "/" + certificateFile, keyPath: directory + "/" + keyFile)
    }

    /// Reads the directory's certificate; makes a self-signed one if there is none.
    /// - Parameter names: DNS names that the certificate is for, besides `localhost` and the machine's own.
    public static func loadOrCreate(directory: String, names: [String]) throws(ServerIdentityError) -> ServerIdentity {
        let certificatePath = directory + "/" + certificateFile
        let keyPath = directory + "/" + keyFile
        let hasCertificate = FileManager.default.fileExists(atPath: certificatePath)
        let hasKey = FileManager.default.fileExists(atPath: keyPath)
        guard hasCertificate == hasKey else {
            let (present, missing) = hasKey ? (keyPath, certificatePath) : (certificatePath, keyPath)
            throw ServerIdentityError(
                "\(present) is there but \(missing) is not: restore it, or remove both to make new ones")
        }
        if !hasCertificate {
            do {
                let made = try SelfSignedCertificate(names: ["localhost", ProcessInfo.processInfo.hostName] + names)
                // The key first: a certificate without its key is the state that needs a person.
                try writePrivately(made.keyPEM, to: keyPath)
                try writePrivately(made.certificatePEM, to: certificatePath)
            } catch {
                throw ServerIdentityError("a certificate could not be made in \(directory): \(error)")
            }
        }
        return try load(certificatePath: certificatePath, keyPath: keyPath)
    }

    static func fingerprint(_ der: [UInt8]) -> String {
        SHA256.hash(data: der).hexadecimalPairs.joined(separator: ":").uppercased()
    }

    private static func read<Output>(
        _ path: String, _ body: (String) throws -> Output
    ) throws(ServerIdentityError) -> Output {
        guard FileManager.default.isReadableFile(atPath: path) else {
            throw ServerIdentityError("\(path) cannot be read: check that it exists and who may read it")
        }
        do {
            return try body(path)
        } catch {
            throw ServerIdentityError("\(path) is not a PEM file of the right kind: \(error)")
        }
    }

    /// Readable by the owner only from its first byte, and whole or not there at all, whatever stops the machine.
    private static func writePrivately(_ text: String, to path: String) throws(ServerIdentityError) {
        let temporary = path + ".new"
        // Left by a start that was cut short.
        unlink(temporary)
        let file = try openPrivately(temporary)
        do {
            try file.write(contentsOf: Data(text.utf8))
            try file.synchronize()
            try file.close()
        } catch {
            throw ServerIdentityError("\(temporary) cannot be written: \(error)")
        }
        guard rename(temporary, path) == 0 else {
            throw ServerIdentityError("\(path) cannot be written: \(String(cString: strerror(errno)))")
        }
    }

    /// A new file that nobody else could have put there or can open.
    static func openPrivately(_ path: String) throws(ServerIdentityError) -> FileHandle {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw ServerIdentityError("\(path) cannot be made: \(String(cString: strerror(errno)))")
        }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }
}

/// Why there is no certificate to serve with, in one line for the person who runs the server.
public struct ServerIdentityError: Error, CustomStringConvertible, Sendable {
    public let description: String
    init(_ description: String) { self.description = description }
}
