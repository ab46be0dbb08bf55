import ControlWire
import LoadSupport

extension LoadClients {
    /// A connection of a new account on a server of the benchmark's own.
    func register(_ name: String, port: UInt16, isEncrypted: Bool = false) async throws -> LoadConnection {
        let connection = try await connect(Target(port: port, isEncrypted: isEncrypted))
        let answer = try await ask(connection, .register(username: name, password: "password of " + name))
        guard case .authSuccess = answer else { throw LoadError("\(name) was not registered: \(answer)") }
        return connection
    }
}
