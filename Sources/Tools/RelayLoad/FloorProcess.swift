import Foundation
import LoadSupport
import SyntheticSpeakers
import VoiceSocket

/// A `floor_relay` of the benchmark's own, on a free port of 127.0.0.1.
final class FloorProcess: Sendable {
    let identifier: pid_t
    let address: SocketAddress
    private let process: BoundProcess

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
        let arguments = ["--port", "\(port)"] + (isBundled ? ["--bundle-us", "\(Self.bundleMicroseconds)"] : [])
        process = try ProcessorBinding.running(on: processor) {
            try BoundProcess(URL(filePath: program).path, arguments)
        }
        identifier = process.identifier
    }

    deinit { stop() }

    func stop() {
        guard process.isRunning else { return }
        // It has nothing to tidy up, and may have inherited a mask that keeps gentler signals from it.
        process.send(SIGKILL)
        process.waitUntilEnd()
    }

    /// Below those that the kernel gives to sockets that name none (ip(7)): of the thousands that a round opens next, one would
    /// take it before the program does.
    private static let portRange: ClosedRange<UInt16> = 10_000...32_000
    private static let portsTriedMax = 100

    private static func freePort() throws -> UInt16 {
        for _ in 0..<portsTriedMax {
            let port = UInt16.random(in: portRange)
            guard let address = SocketAddress(host: "127.0.0.1", port: port) else { continue }
            if (try? DatagramSocket(binding: address)) != nil { return port }
        }
        throw LoadError("no UDP port of \(portRange) is free on 127.0.0.1")
    }
}
