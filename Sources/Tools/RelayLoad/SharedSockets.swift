import SyntheticSpeakers
import VoiceSocket

/// Gives a shape's users their voice sockets, room after room: one for the same person of every few rooms.
struct SharedSockets {
    private let usersPerSocket: Int
    private let bufferBytes: Int
    /// By person, of the rooms that are filled now.
    private var current: [Int: SpeakerSocket] = [:]

    init(_ configuration: SpeakerEngineConfiguration, usersPerSocket: Int) {
        self.usersPerSocket = usersPerSocket
        bufferBytes = configuration.receiveBufferBytes * usersPerSocket
    }

    /// Nil where everybody has a socket of their own.
    mutating func socket(room: Int, person: Int, server: SocketAddress) throws(SpeakerError) -> SpeakerSocket? {
        guard usersPerSocket > 1 else { return nil }
        if !room.isMultiple(of: usersPerSocket), let socket = current[person] { return socket }
        let socket = try SpeakerSocket(connectingTo: server, bufferBytes: bufferBytes)
        current[person] = socket
        return socket
    }
}
