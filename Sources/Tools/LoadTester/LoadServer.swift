import LoadSupport
public import RoomClient
import VoiceSocket

/// The server under test, and how it is reached.
public struct LoadServer: Sendable {
    /// As people write it.
    public let name: String
    /// Numeric, as connected: where its voice port is, too.
    let host: String
    let port: UInt16
    let isEncrypted: Bool
    let trust: LoadClients.Trust
    /// On this machine; nil where it is elsewhere or nobody tells.
    public let process: Int32?
    /// Whether this program started it: then nothing has to be tidied up.
    let isOwn: Bool

    /// A server that runs already. Meets it once, so that its certificate is judged, and remembered, as in every other
    /// command; from then on only that one is believed.
    /// - Parameters:
    ///   - process: of the server on this machine; nil looks for it by its port if the address is a loopback one.
    ///   - options: how it is met.
    /// - Throws: ``RoomClientError``.
    public static func meet(
        _ address: ServerAddress, options: RoomClientOptions, process: Int32?
    ) async throws(RoomClientError) -> (server: LoadServer, trust: ServerTrust?) {
        let client = try await RoomClient.connect(to: address, options: options)
        let host = client.remoteHost
        let trust = client.trust
        await client.close()
        let isLocal = ServerAddress(host: host).isLoopback
        let found = process ?? (isLocal ? ListeningPorts.process(listeningOn: address.port) : nil)
        let server = LoadServer(
            name: "\(address)", host: host, port: address.port, isEncrypted: !options.isPlaintext,
            trust: trust.map { .certificate(sha256: $0.fingerprint.bytes) } ?? .ownServer, process: found,
            isOwn: false)
        return (server, trust)
    }

    /// A server that this program started.
    init(_ process: ServerProcess) {
        self.init(
            name: "a server of its own on port \(process.controlPort)", host: "127.0.0.1", port: process.controlPort,
            isEncrypted: true, trust: .ownServer, process: process.identifier, isOwn: true)
    }

    private init(
        name: String, host: String, port: UInt16, isEncrypted: Bool, trust: LoadClients.Trust, process: Int32?,
        isOwn: Bool
    ) {
        self.name = name
        self.host = host
        self.port = port
        self.isEncrypted = isEncrypted
        self.trust = trust
        self.process = process
        self.isOwn = isOwn
    }

    /// Where the user with that number connects, and from where.
    func target(ofUser number: Int) -> LoadClients.Target {
        LoadClients.Target(
            host: host, port: port, isEncrypted: isEncrypted,
            sourceAddress: host.hasPrefix("127.") ? Self.loopbackAddress(ofUser: number) : nil)
    }

    /// A server limits what one address may do. On its own machine the tester takes as many of the loopback network's
    /// addresses as people would have, so that these limits can stay as they are.
    static func loopbackAddress(ofUser number: Int) -> String {
        let address = number / usersPerAddress
        return "127.\(1 + address / 62_500).\(address / 250 % 250).\(1 + address % 250)"
    }

    /// Fewer than a server's default limits: 64 connections that are not logged in, 100 registrations.
    private static let usersPerAddress = 50
}
