import ControlWire
import Foundation
import Identifiers
import LoadSupport
import NIOCore

/// What users cost who are connected over TLS, logged in, in a room, and silent.
public struct IdleFigures: Codable, Equatable, Sendable {
    public var userCount: Int
    public var before: ResidentMemory
    public var with: ResidentMemory
    /// `VmHWM` (proc(5)), with the users.
    public var residentBytesPeak: Int

    /// What one user adds.
    public var bytesEach: Int { (with.bytes - before.bytes) / max(1, userCount) }
}

extension LoadClients {
    /// - Parameter settling: how long the server has to become as idle as its users are.
    func measureIdleUsers(
        _ userCount: Int, settling: TimeAmount, server: ServerProcess
    ) async throws -> IdleFigures {
        let before = server.usage.resident
        var connections: [LoadConnection] = []
        for index in 0..<userCount {
            let connection = try await register("idle\(index)", port: server.controlPort, isEncrypted: true)
            try await join(connection, RoomID(rawValue: 1))
            connections.append(connection)
        }
        await pause(settling)
        let usage = server.usage
        guard connections.allSatisfy({ !$0.isLost }) else {
            throw LoadError("the server closed connections of idle users")
        }
        for connection in connections { connection.close() }
        return IdleFigures(
            userCount: userCount, before: before, with: usage.resident, residentBytesPeak: usage.residentBytesPeak)
    }
}
