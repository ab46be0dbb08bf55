/// Makes events of the bytes that a terminal sends.
///
/// Pure: bytes and a time in, events out. Takes bytes in pieces of any size. Whatever comes, it holds at most
/// ``sequenceBytesMax`` bytes of a sequence and 64 KiB of a paste, and no part of an unknown sequence becomes text.
///
/// Time is any monotonic one, the same for all calls.
public struct InputDecoder: Sendable {
    /// How long after an ESC the rest of a sequence may come; then it was the key Escape.
    public static let escapePatience: Duration = .milliseconds(25)
    /// How long a sequence that has begun may pause; then it is given up.
    public static let sequencePatience: Duration = .milliseconds(500)
    /// How long a paste may pause; then it is taken to be over.
    public static let pastePatience: Duration = .seconds(5)
    /// Longer sequences are passed over. Long enough for a sentence out of an input method.
    static let sequenceBytesMax = 1_024

    enum State: Equatable {
        case text
        /// After ESC; `isDoubled` after two.
        case escape(isDoubled: Bool)
        case controlSequence, singleShift
        /// After CSI `[`: one of the Linux console's function keys.
        case console
        /// A control sequence that is too long, up to its end.
        case overlong
        /// OSC, DCS and the like, which end with BEL or ESC `\`.
        case string(introducer: UInt8, isBegun: Bool)
        case stringEscape
        /// Bytes of a mouse report in the oldest form.
        case mouse(missingCount: Int)
        case paste
    }

    var state = State.text
    var run = EventRun()
    var paste = PasteCollector()
    /// ESC before a sequence, or before a character: alt was held.
    var hasAlt = false
    /// The terminal has answered the question for the kitty keyboard protocol, and not yet the one after it.
    var hasKeyboardAnswer = false
    private var sequence: [UInt8] = []
    private var scalars = ScalarAssembler()
    private var lastByteTime = Duration.zero

    public init() {}

    /// What the bytes say, with everything before them.
    public mutating func events(in bytes: some Sequence<UInt8>, now: Duration) -> [InputEvent] {
        let expired = expire(now: now)
        for byte in bytes { take(byte) }
        lastByteTime = now
        return expired + run.takeAll()
    }

    /// When ``expire(now:)`` has something to say if no byte comes before; nil if nothing is open.
    public var deadline: Duration? {
        switch state {
        case .text: nil
        case .escape: lastByteTime + Self.escapePatience
        case .controlSequence where sequence.isEmpty, .singleShift where sequence.isEmpty,
            .string(_, isBegun: false):
            lastByteTime + Self.escapePatience
        case .paste: lastByteTime + Self.pastePatience
        default: lastByteTime + Self.sequencePatience
        }
    }

    /// Takes what is open for what it is when its time is over. Earlier, nothing.
    public mutating func expire(now: Duration) -> [InputEvent] {
        guard let deadline, now >= deadline else { return [] }
        switch state {
        case .escape(let isDoubled):
            run.press(KeyStroke(.escape))
            if isDoubled { run.press(KeyStroke(.escape)) }
        case .controlSequence where sequence.isEmpty: pressWithAlt("[")
        case .singleShift where sequence.isEmpty: pressWithAlt("O")
        case .string(let introducer, isBegun: false): pressWithAlt(Unicode.Scalar(introducer))
        case .paste: run.add(paste.event())
        default: break
        }
        leaveSequence()
        return run.takeAll()
    }

    /// Bytes kept for later.
    var heldByteCount: Int { sequence.count + paste.heldByteCount }

    private mutating func take(_ byte: UInt8) {
        switch state {
        case .text: takeText(byte)
        case .escape(let isDoubled): takeAfterEscape(byte, isDoubled: isDoubled)
        case .controlSequence: takeControlSequence(byte)
        case .singleShift: takeSingleShift(byte)
        case .console:
            let hadAlt = hasAlt
            leaveSequence()
            if let key = LegacyKeys.console(byte) { run.press(KeyStroke(key, hadAlt ? .alt : [])) }
        case .overlong:
            if interrupts(byte) { takeInterruption(byte) } else if (0x40...0x7E).contains(byte) { leaveSequence() }
        case .string(let introducer, _):
            state = .string(introducer: introducer, isBegun: true)
            if byte == 0x07 {
                leaveSequence()
            } else if byte == 0x1B {
                state = .stringEscape
            } else if interrupts(byte) {
                takeInterruption(byte)
            }
        case .stringEscape:
            leaveSequence()
            if byte != UInt8(ascii: "\\") { takeAfterEscape(byte, isDoubled: false) }
        case .mouse(let missingCount): state = missingCount > 1 ? .mouse(missingCount: missingCount - 1) : .text
        case .paste:
            guard paste.add(byte) else { return }
            run.add(paste.event())
            leaveSequence()
        }
    }
}

// MARK: Text

extension InputDecoder {
    private mutating func takeText(_ byte: UInt8) {
        guard byte >= 0x80 else {
            if scalars.abandon() { type("\u{FFFD}") }
            if byte == 0x1B {
                state = .escape(isDoubled: false)
            } else if byte < 0x20 || byte == 0x7F {
                var stroke = LegacyKeys.control(byte)
                if hasAlt { stroke.modifiers.insert(.alt) }
                hasAlt = false
                run.press(stroke)
            } else {
                type(Unicode.Scalar(byte))
            }
            return
        }
        switch scalars.add(byte) {
        case .incomplete: break
        case .scalar(let scalar): if !scalar.isControl { type(scalar) }
        case .invalid: type("\u{FFFD}")
        case .broken:
            type("\u{FFFD}")
            takeText(byte)
        }
    }

    private mutating func type(_ scalar: Unicode.Scalar) {
        if hasAlt {
            run.press(KeyStroke(.character(Character(scalar)), .alt))
        } else {
            run.type(scalar)
        }
        hasAlt = false
    }

    private mutating func takeAfterEscape(_ byte: UInt8, isDoubled: Bool) {
        sequence = []
        hasAlt = isDoubled
        switch byte {
        case UInt8(ascii: "["): state = .controlSequence
        case UInt8(ascii: "O"): state = .singleShift
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "X"), UInt8(ascii: "^"), UInt8(ascii: "_"):
            state = .string(introducer: byte, isBegun: false)
        case 0x1B:
            if isDoubled { run.press(KeyStroke(.escape)) }
            hasAlt = false
            state = .escape(isDoubled: true)
        default:
            if isDoubled { run.press(KeyStroke(.escape)) }
            state = .text
            hasAlt = true
            takeText(byte)
        }
    }

    private mutating func pressWithAlt(_ scalar: Unicode.Scalar) {
        if hasAlt { run.press(KeyStroke(.escape)) }
        run.press(KeyStroke(.character(Character(scalar)), .alt))
    }
}

// MARK: Sequences

extension InputDecoder {
    private mutating func takeControlSequence(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "$") where sequence.allSatisfy { (0x30...0x39).contains($0) } && !sequence.isEmpty:
            // rxvt ends a key with shift like this; elsewhere the byte stands before the last one.
            endControlSequence(byte)
        case 0x20...0x3F:
            sequence.append(byte)
            if sequence.count > Self.sequenceBytesMax {
                sequence = []
                state = .overlong
            }
        case UInt8(ascii: "[") where sequence.isEmpty: state = .console
        case UInt8(ascii: "M") where sequence.isEmpty: state = .mouse(missingCount: 3)
        case 0x40...0x7E: endControlSequence(byte)
        default: takeInterruption(byte)
        }
    }

    private mutating func endControlSequence(_ final: UInt8) {
        let parsed = ControlSequence(sequence, final: final)
        let hadAlt = hasAlt
        leaveSequence()
        obey(parsed, hasAlt: hadAlt)
    }

    private mutating func takeSingleShift(_ byte: UInt8) {
        switch byte {
        case 0x30...0x39, UInt8(ascii: ";"):
            guard sequence.count < Self.singleShiftBytesMax else { return takeInterruption(byte) }
            sequence.append(byte)
        case 0x40...0x7E:
            // Old forms have the modifiers between SS3 and the letter, alone or after 1.
            let first = sequence.contains(UInt8(ascii: ";")) ? [] : Array("1;".utf8)
            let held = ControlSequence(first + sequence, final: byte).modifiers.union(hasAlt ? .alt : [])
            leaveSequence()
            if let stroke = LegacyKeys.singleShifted(byte) {
                run.press(KeyStroke(stroke.key, stroke.modifiers.union(held)))
            }
        default: takeInterruption(byte)
        }
    }

    /// A control in the middle of a sequence ends it: nobody is locked out by one that never ends.
    private func interrupts(_ byte: UInt8) -> Bool { byte < 0x20 }

    private mutating func takeInterruption(_ byte: UInt8) {
        leaveSequence()
        takeText(byte)
    }

    private mutating func leaveSequence() {
        state = .text
        sequence = []
        hasAlt = false
        paste = PasteCollector()
    }

    private static let singleShiftBytesMax = 5
}
