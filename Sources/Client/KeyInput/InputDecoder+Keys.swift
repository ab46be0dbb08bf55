// What whole control sequences mean.
extension InputDecoder {
    /// What is unknown, mouse reports among it, is passed over.
    mutating func obey(_ sequence: ControlSequence, hasAlt: Bool) {
        switch (sequence.prefix, sequence.final) {
        case (UInt8(ascii: "?"), UInt8(ascii: "u")):
            hasKeyboardAnswer = true
            run.add(.reportsReleases(true))
        case (UInt8(ascii: "?"), UInt8(ascii: "c")):
            // Every terminal answers this one, which was asked after the other.
            if !hasKeyboardAnswer { run.add(.reportsReleases(false)) }
            hasKeyboardAnswer = false
        case (0, UInt8(ascii: "u")): obeyNumber(sequence, code: sequence.value(0) ?? 0)
        case (0, UInt8(ascii: "~")): obeyTilde(sequence, hasAlt: hasAlt)
        case (0, UInt8(ascii: "I")) where sequence.isBare: run.add(.focus(true))
        case (0, UInt8(ascii: "O")) where sequence.isBare: run.add(.focus(false))
        case (0, _): obeyLetter(sequence, hasAlt: hasAlt)
        default: break
        }
    }

    private mutating func obeyTilde(_ sequence: ControlSequence, hasAlt: Bool) {
        switch sequence.value(0) {
        case 200: state = .paste
        // xterm's modifyOtherKeys: the character is the third number.
        case 27: obeyNumber(sequence, code: sequence.value(2) ?? 0)
        case let number?: add(LegacyKeys.numbered(number).map { KeyStroke($0) }, sequence, hasAlt: hasAlt)
        case nil: break
        }
    }

    private mutating func obeyLetter(_ sequence: ControlSequence, hasAlt: Bool) {
        let number = sequence.value(0)
        switch sequence.final {
        case UInt8(ascii: "a")...UInt8(ascii: "d"):
            add(LegacyKeys.arrow(sequence.final, .shift), sequence, hasAlt: hasAlt)
        case UInt8(ascii: "^"): add(rxvt(number, .control), sequence, hasAlt: hasAlt)
        case UInt8(ascii: "$"): add(rxvt(number, .shift), sequence, hasAlt: hasAlt)
        case UInt8(ascii: "@"): add(rxvt(number, [.control, .shift]), sequence, hasAlt: hasAlt)
        // With another number it is no key: CSI row ; column R says where the cursor is.
        case _ where number == nil || number == 1:
            add(LegacyKeys.lettered(sequence.final), sequence, hasAlt: hasAlt)
        default: break
        }
    }

    private func rxvt(_ number: Int?, _ modifiers: KeyModifiers) -> KeyStroke? {
        number.flatMap { LegacyKeys.numbered($0) }.map { KeyStroke($0, modifiers) }
    }

    private mutating func add(_ stroke: KeyStroke?, _ sequence: ControlSequence, hasAlt: Bool) {
        guard var stroke else { return }
        stroke.modifiers.formUnion(sequence.modifiers)
        if hasAlt { stroke.modifiers.insert(.alt) }
        run.add(.key(stroke, sequence.action))
    }

    /// A key by number: CSI code:shifted:base ; modifiers:event ; text `u` (kitty keyboard protocol, “An overview”).
    private mutating func obeyNumber(_ sequence: ControlSequence, code: Int) {
        let modifiers = sequence.modifiers
        if let key = KittyKeys.functional(code) {
            run.add(.key(Self.functional(key, modifiers), sequence.action))
            return
        }
        guard !KittyKeys.functionalRange.contains(code) else { return }
        let held = modifiers.subtracting(.shift)
        let text = Self.text(sequence.final == UInt8(ascii: "u") ? sequence.values(2) : [])
        if held.isEmpty, !text.isEmpty, sequence.action != .release {
            for character in text { run.add(.key(KeyStroke(.character(character)), sequence.action)) }
        } else if let character = Self.character(sequence, code: code, isHeld: !held.isEmpty) {
            run.add(.key(KeyStroke(.character(character), held), sequence.action))
        }
    }

    private static func functional(_ key: Key, _ modifiers: KeyModifiers) -> KeyStroke {
        switch key {
        case .modifier(let modifier): KeyStroke(key, modifiers.subtracting(KittyKeys.own(modifier)))
        case .character: KeyStroke(key, modifiers.subtracting(.shift))
        default: KeyStroke(key, modifiers)
        }
    }

    /// The character of a key without text: with shift in it, and the Latin one where others are held, so that Ctrl-C is
    /// Ctrl-C on a Cyrillic keyboard.
    private static func character(_ sequence: ControlSequence, code: Int, isHeld: Bool) -> Character? {
        let isShifted = sequence.modifiers.contains(.shift)
        var code = code
        var isCased = !isShifted
        if isHeld, code >= 0x80, let base = sequence.value(0, 2), (0x20..<0x7F).contains(base) {
            code = base
        } else if isShifted, let shifted = sequence.value(0, 1) {
            code = shifted
            isCased = true
        }
        guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init), !scalar.isControl else { return nil }
        let raises = !isCased || (sequence.hasCapsLock && !isHeld && !isShifted)
        let upper = scalar.properties.uppercaseMapping
        return raises && upper.count == 1 ? upper.first : Character(scalar)
    }

    private static func text(_ codes: [Int]) -> String {
        var text = String.UnicodeScalarView()
        for code in codes {
            guard let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init), !scalar.isControl else { continue }
            text.append(scalar)
        }
        return String(text)
    }
}
