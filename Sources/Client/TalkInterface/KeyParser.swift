/// Reads the keys of a terminal in raw mode. Pure.
struct KeyParser {
    /// The commands in what was typed; keys that mean nothing, and escape sequences of any length, are passed over.
    mutating func commands(in bytes: some Sequence<UInt8>) -> [TalkCommand] {
        bytes.compactMap { command(for: $0) }
    }

    private enum State { case text, escape, sequence }
    private var state = State.text

    private mutating func command(for byte: UInt8) -> TalkCommand? {
        switch state {
        case .escape:
            // ESC [ and ESC O begin a function key's sequence; anything else is one character with Alt.
            state = byte == UInt8(ascii: "[") || byte == UInt8(ascii: "O") ? .sequence : .text
            return nil
        case .sequence:
            // ECMA-48: parameters and intermediates are 0x20…0x3F, the final byte is above.
            if byte >= 0x40 { state = .text }
            return nil
        case .text: break
        }
        switch byte {
        case 0x1B:
            state = .escape
            return nil
        case UInt8(ascii: " "): return .talk(nil)
        case UInt8(ascii: "m"), UInt8(ascii: "M"): return .mute(nil)
        case UInt8(ascii: "d"), UInt8(ascii: "D"): return .deafen(nil)
        case UInt8(ascii: "+"), UInt8(ascii: "="): return .volume(steps: 1)
        case UInt8(ascii: "-"), UInt8(ascii: "_"): return .volume(steps: -1)
        case UInt8(ascii: "y"), UInt8(ascii: "Y"): return .consent(true)
        case UInt8(ascii: "n"), UInt8(ascii: "N"): return .consent(false)
        case UInt8(ascii: "?"), UInt8(ascii: "h"): return .help
        case UInt8(ascii: "q"), UInt8(ascii: "Q"), 0x03, 0x04: return .quit
        default: return nil
        }
    }
}
