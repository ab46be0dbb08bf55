import Foundation
import LoadSupport
import SyntheticSpeakers
import VoiceSocket

/// A `floor_relay` of the benchmark's own, on a free port of 127.0.0.1.
final class FloorProcess: Sendable {
    let identifier: pid_t
    let address: SocketAddress
    private let process: Process

    /// How long frames wait for others to the same listener, in its bundled form.
    private static let bundleMicroseconds = 5_000

    /// - Parameter processor: where it runs; nil leaves it to the kernel.
    init(_ program: String, isBundled: Bool, processor: Int?) throws {
        // It says nothing when it serves: who joins asks again until it does.
        let port = try Self.freePort()
        guard let address = SocketAddress(host: "127.0.0.1", port: port) else {
            throw LoadError("127.0.0.1 is no address here")
        }
        self.address = address
        let process = Process()
        process.executableURL = URL(filePath: program)
        process.arguments = ["--port", "\(port)"]
        if isBundled { process.arguments? += ["--bundle-us", "\(Self.bundleMicroseconds)"] }
        process.standardInput = FileHandle.nullDevice
        do { try ProcessorBinding.running(on: processor) { try process.run() } } catch {
            throw LoadError("the yardstick \(program) does not start: \(error.localizedDescription)")
        }
        identifier = process.processIdentifier
        self.process = process
    }

    deinit { stop() }

    func stop() {
        guard process.isRunning else { return }
        // It has nothing to tidy up, and may have inherited a mask that keeps gentler signals from it.
        kill(identifier, SIGKILL)
        process.waitUntilExit()
    }

    private static func freePort() throws -> UInt16 {
        guard let any = SocketAddress(host: "127.0.0.1", port: 0) else { throw LoadError("no address") }
        return try DatagramSocket(binding: any).localAddress.port
    }
}
