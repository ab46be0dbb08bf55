import ControlWire
import Foundation
import Identifiers

/// Somebody who writes in the first room, some messages at a time, until the server closes the connection; and remembers
/// what was acknowledged and what it was told at the end.
final class SteadyWriter: @unchecked Sendable {
    // Unchecked: the connection is the writing thread's, what is shared is guarded by the lock.

    private static let underWayMax = 6
    private let name: String
    private let client: LineClient
    private let board: CrashBoard
    private let lock = NSLock()
    private var held = Memory()

    struct Memory {
        var acknowledged: [MessageID: String] = [:]
        /// That the server will close.
        var isToldOfClosing = false
        /// Why it did.
        var lastWord: ErrorCode?
    }

    init(_ name: String, port: UInt16, _ board: CrashBoard) throws {
        self.name = name
        self.board = board
        client = try LineClient(port: port, registering: name)
    }

    /// As it is now. Any thread.
    var memory: Memory { lock.withLock { held } }

    /// Returns when the connection is closed.
    func run() {
        var number = 0
        var isWriting = true
        while true {
            while isWriting, number - memory.acknowledged.count < Self.underWayMax {
                number += 1
                let content = "\(name) writes line \(number)"
                // What the server said before it closed is still to be read.
                isWriting = (try? client.send(LineClient.message(content))) != nil
            }
            guard let envelope = try? client.next() else { return }
            take(envelope)
        }
    }

    private func take(_ envelope: ControlEnvelope) {
        switch envelope.message {
        case .roomMessage(_, _, let content, let details?) where envelope.requestID != nil:
            guard let id = details.messageID else { return board.report("\(name): an answer without a number") }
            lock.withLock { held.acknowledged[id] = content }
            board.acknowledged()
        case .serverClosing: lock.withLock { held.isToldOfClosing = true }
        case .serverResponse(false, let text, let code, _):
            lock.withLock { held.lastWord = code }
            if code != .serverStopping { board.report("\(name): \(text)") }
        default: break
        }
    }
}
