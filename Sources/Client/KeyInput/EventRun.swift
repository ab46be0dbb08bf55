/// The events of one reading; what was typed in a row becomes whole characters.
struct EventRun: Sendable {
    private var events: [InputEvent] = []
    private var typed = ""

    mutating func type(_ scalar: Unicode.Scalar) { typed.unicodeScalars.append(scalar) }

    mutating func press(_ stroke: KeyStroke) { add(.key(stroke, .press)) }

    mutating func add(_ event: InputEvent) {
        endTyping()
        events.append(event)
    }

    mutating func takeAll() -> [InputEvent] {
        endTyping()
        defer { events = [] }
        return events
    }

    /// An emoji of several scalars is one character, as far as it came in one reading.
    private mutating func endTyping() {
        for character in typed { events.append(.key(KeyStroke(.character(character)), .press)) }
        typed = ""
    }
}
