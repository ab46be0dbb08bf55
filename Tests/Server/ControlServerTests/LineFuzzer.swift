import ControlWire
import NetworkSimulator

/// Makes lines that clients should not send: garbage, truncations, mutations, wrong types, unknown variants.
struct LineFuzzer {
    /// A line without its newline, and whether it is certain that it must be refused.
    typealias Line = (bytes: [UInt8], isSurelyBad: Bool)

    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func next() -> Line {
        // Overlong lines are few: each is as long as hundreds of others.
        if Int.random(in: 0..<1_000, using: &random) == 0 { return (overlong(), true) }
        return switch Int.random(in: 0..<100, using: &random) {
        case 0..<25: (garbage(), true)
        case 25..<50: truncated()
        case 50..<75: (mutated(), false)
        case 75..<85: (wrongType(), true)
        case 85..<95: (unknownVariant(), true)
        case 95..<99: (nested(), true)
        default: (Array(repeating: UInt8(ascii: "["), count: Int.random(in: 1...1_000, using: &random)), true)
        }
    }

    private mutating func overlong() -> [UInt8] {
        Array(repeating: UInt8(ascii: "x"), count: ControlLine.bytesMax + Int.random(in: 1...100_000, using: &random))
    }

    /// Bytes that are no JSON object: the first is none that could open one.
    private mutating func garbage() -> [UInt8] {
        let count = Int.random(in: 0..<120, using: &random)
        let rest = (0..<count).map { _ in byte() }
        return [UInt8.random(in: 0x80...0xFF, using: &random)] + rest
    }

    /// Any byte that does not end the line.
    private mutating func byte() -> UInt8 {
        let value = UInt8.random(in: 0...255, using: &random)
        return value == UInt8(ascii: "\n") ? 0 : value
    }

    private mutating func truncated() -> Line {
        let whole = sample()
        let count = Int.random(in: 1..<whole.count, using: &random)
        return (Array(whole.prefix(count)), true)
    }

    private mutating func mutated() -> [UInt8] {
        var line = sample()
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let index = Int.random(in: 0..<line.count, using: &random)
            switch Int.random(in: 0..<3, using: &random) {
            case 0: line[index] = byte()
            case 1: line.insert(byte(), at: index)
            default: if line.count > 1 { line.remove(at: index) }
            }
        }
        return line
    }

    private mutating func wrongType() -> [UInt8] {
        let values = ["null", "[]", "{}", "-1", "1.5", "1e400", "true", "\"\\ud800\"", "99999999999999999999999"]
        let value = values.randomElement(using: &random) ?? "null"
        let shapes = [
            #"{"sender_id":0,"message_type":{"Join":{"room_id":\#(value),"password":7}}}"#,
            #"{"sender_id":0,"message_type":{"RoomMessage":{"room_id":"1","content":\#(value)}}}"#,
            #"{"sender_id":0,"message_type":{"SetVolume":{"volume":"\#(value.count)"}}}"#,
            #"{"sender_id":0,"message_type":\#(value == "\"\\ud800\"" ? "3" : value)}"#,
            #"{"sender_id":0,"message_type":{"Leave":\#(value),"Join":\#(value)}}"#,
        ]
        return Array((shapes.randomElement(using: &random) ?? "").utf8)
    }

    private mutating func unknownVariant() -> [UInt8] {
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
        let name =
            "X"
            + String(
                (0..<Int.random(in: 1...40, using: &random)).map { _ in letters.randomElement(using: &random) ?? "x" })
        return Array(
            (Bool.random(using: &random) ? #"{"message_type":"\#(name)"}"# : #"{"message_type":{"\#(name)":{}}}"#).utf8)
    }

    private mutating func nested() -> [UInt8] {
        let depth = Int.random(in: 1...2_000, using: &random)
        let open = String(repeating: #"{"a":"#, count: depth)
        return Array((#"{"message_type":{"Join":"# + open + "1" + String(repeating: "}", count: depth) + "}}").utf8)
    }

    private mutating func sample() -> [UInt8] {
        Array((Self.samples.randomElement(using: &random) ?? "").utf8)
    }

    /// What RustyRoom's clients and ours send. No logins: their passwords would only cost time.
    private static let samples = [
        #"{"sender_id":7,"message_type":{"Join":{"room_id":1,"password":null}}}"#,
        #"{"sender_id":7,"message_type":{"Leave":{"room_id":1}}}"#,
        #"{"sender_id":7,"message_type":"ListRooms"}"#,
        #"{"sender_id":7,"message_type":"RequestUserList"}"#,
        #"{"sender_id":7,"message_type":{"RoomMessage":{"room_id":1,"sender_username":"","content":"hello"}}}"#,
        #"{"sender_id":7,"message_type":{"PrivateMessage":{"to_user_id":2,"sender_username":"","content":"hello"}}}"#,
        #"{"sender_id":7,"message_type":{"VoiceConnect":{"room_id":1,"user_id":7,"ciphers":["aes-256-gcm"]}},"request_id":4}"#,
        #"{"sender_id":7,"message_type":{"VoiceDisconnect":{"room_id":1,"user_id":7}}}"#,
        #"{"sender_id":7,"message_type":{"SetMuted":{"is_muted":true}}}"#,
        #"{"sender_id":7,"message_type":{"SetVolume":{"volume":1.25}},"request_id":18446744073709551615}"#,
        #"{"sender_id":7,"message_type":{"AudioQualityReport":{"packet_loss":0.1,"latency":20,"jitter":4}}}"#,
        #"{"sender_id":7,"message_type":{"RequestBitrateChange":{"target_bitrate":32000}}}"#,
        #"{"sender_id":7,"message_type":"Ping"}"#,
    ]
}
