import ControlWire
import Identifiers

/// A blocking connection to the control channel, without TLS. One thread at a time.
final class LineClient {
    typealias Closed = LoopbackSocket.Closed

    private let socket: LoopbackSocket
    private var buffer: [UInt8] = []
    private var nextRequestID: UInt64 = 1

    init(port: UInt16) throws { socket = try LoopbackSocket(port: port) }

    /// Sends a request and gives its number.
    func send(_ message: ControlMessage) throws -> UInt64 {
        let requestID = nextRequestID
        nextRequestID += 1
        try socket.send(try ControlLine.encode(ControlEnvelope(message: message, requestID: requestID)))
        return requestID
    }

    /// Sends what need not be a message, with the end of a line.
    func send(line: String) throws { try socket.send(Array((line + "\n").utf8)) }

    /// Whatever comes next.
    func next() throws -> ControlEnvelope { try ControlLine.decode(try nextLine()) }

    /// The next answer, to whatever request; announcements are passed over.
    func nextAnswer() throws -> (requestID: UInt64, message: ControlMessage) {
        while true {
            let envelope = try next()
            if let requestID = envelope.requestID { return (requestID, envelope.message) }
        }
    }

    /// Sends a request and waits for its answer. Nothing else may be under way.
    func ask(_ message: ControlMessage) throws -> ControlMessage {
        let requestID = try send(message)
        let answer = try nextAnswer()
        guard answer.requestID == requestID else { throw Closed() }
        return answer.message
    }

    private func nextLine() throws -> [UInt8] {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                defer { buffer.removeFirst(end + 1) }
                return Array(buffer[..<end])
            }
            buffer += try socket.receive()
        }
    }
}

extension LineClient {
    struct Refused: Error, CustomStringConvertible { let description: String }

    /// Somebody new, who has joined the first room.
    convenience init(port: UInt16, registering name: String, password: String = "a long password") throws {
        try self.init(port: port)
        guard case .authSuccess = try ask(.register(username: name, password: password)),
            case .roomJoined = try ask(.join(roomID: Self.firstRoom, password: nil))
        else { throw Refused(description: "\(name) cannot come in") }
    }

    /// Comes into the voice of the first room, without encryption.
    func connectVoice() throws -> VoiceGrant {
        let answer = try ask(.voiceConnect(roomID: Self.firstRoom, userID: .server, ciphers: ["none"]))
        guard case .voiceConnectionEstablished(let grant) = answer else { throw Refused(description: "\(answer)") }
        return grant
    }

    func disconnectVoice() throws {
        let answer = try ask(.voiceDisconnect(roomID: Self.firstRoom, userID: .server))
        guard case .voiceUserLeft = answer else { throw Refused(description: "\(answer)") }
    }

    static func message(_ content: String) -> ControlMessage {
        .roomMessage(roomID: firstRoom, senderUsername: "", content: content)
    }

    static let firstRoom = RoomID(rawValue: 1)
}
