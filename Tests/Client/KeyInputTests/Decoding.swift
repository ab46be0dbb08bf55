@testable import KeyInput

/// The events of `text`, in pieces of that many bytes, one millisecond apart.
func decoded(_ text: String, pieceBytes: Int = 1_000) -> [InputEvent] {
    decoded(Array(text.utf8), pieceBytes: pieceBytes)
}

func decoded(_ bytes: [UInt8], pieceBytes: Int = 1_000) -> [InputEvent] {
    var decoder = InputDecoder()
    var events: [InputEvent] = []
    var now = Duration.zero
    for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
        events += decoder.events(in: bytes[start..<min(start + pieceBytes, bytes.count)], now: now)
        now += .milliseconds(1)
    }
    if let deadline = decoder.deadline { events += decoder.expire(now: deadline) }
    return events
}

func pressed(_ key: Key, _ modifiers: KeyModifiers = []) -> InputEvent { .key(KeyStroke(key, modifiers), .press) }

func pressed(_ character: Character, _ modifiers: KeyModifiers = []) -> InputEvent {
    pressed(.character(character), modifiers)
}
