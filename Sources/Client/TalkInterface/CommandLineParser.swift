import ControlWire

/// Reads commands, one a line, from a standard input that is no terminal. Pure.
struct CommandLineParser {
    /// Longest line; the rest of a longer one is thrown away and it counts as unknown.
    static let lineBytesMax = 256

    enum Command: Equatable {
        case known(TalkCommand)
        case unknown(String)
    }

    private var line: [UInt8] = []
    private var isTooLong = false

    mutating func commands(in bytes: some Sequence<UInt8>) -> [Command] {
        var commands: [Command] = []
        for byte in bytes {
            guard byte == UInt8(ascii: "\n") else {
                if line.count < Self.lineBytesMax { line.append(byte) } else { isTooLong = true }
                continue
            }
            if let command = finishLine() { commands.append(command) }
        }
        return commands
    }

    /// At the end of the input, where the last line may have no newline.
    mutating func finishLine() -> Command? {
        defer {
            line = []
            isTooLong = false
        }
        let text = String(decoding: line, as: UTF8.self)
        let words = text.lowercased().split(whereSeparator: \.isWhitespace).map(String.init)
        guard !words.isEmpty || isTooLong else { return nil }
        guard !isTooLong else { return .unknown(text) }
        if words.count == 2, words[0] == "bitrate", let kilobits = Int(words[1]) { return .known(.bitrate(kilobits)) }
        return Self.commands[words].map(Command.known) ?? .unknown(text)
    }

    private static let commands: [[String]: TalkCommand] = [
        ["talk", "on"]: .talk(true), ["talk", "off"]: .talk(false), ["talk"]: .talk(nil), ["mute", "on"]: .mute(true),
        ["mute", "off"]: .mute(false), ["mute"]: .mute(nil), ["deafen", "on"]: .deafen(true),
        ["deafen", "off"]: .deafen(false), ["deafen"]: .deafen(nil), ["volume", "up"]: .volume(steps: 1),
        ["volume", "down"]: .volume(steps: -1), ["echo", "on"]: .processing(.echo, true),
        ["echo", "off"]: .processing(.echo, false),
        ["noise", "on"]: .processing(.noise, true), ["noise", "off"]: .processing(.noise, false),
        ["gain", "on"]: .processing(.gain, true), ["gain", "off"]: .processing(.gain, false),
        ["delivery", "mixed"]: .delivery(.mixed), ["delivery", "forwarded"]: .delivery(.forwarded),
        ["delivery", "room"]: .delivery(nil),
        ["consent", "yes"]: .consent(true), ["consent", "no"]: .consent(false), ["record", "start"]: .record(true),
        ["record", "mix"]: .record(true, hasMix: true), ["record", "stop"]: .record(false), ["help"]: .help,
        ["delay"]: .delay, ["quit"]: .quit,
    ]
}
