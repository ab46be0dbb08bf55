import NetworkSimulator
import Testing

@testable import TerminalClient

struct KeyEventDecoderTests {
    private let key = KeyCode(number: 183)

    /// A record as the kernel writes it; the time is of no interest.
    static func record(type: UInt16, code: UInt16, value: Int32) -> [UInt8] {
        let time = [UInt8](repeating: 0x5A, count: 16)
        return time + withUnsafeBytes(of: type) { Array($0) } + withUnsafeBytes(of: code) { Array($0) }
            + withUnsafeBytes(of: value) { Array($0) }
    }

    static func press(_ code: UInt16) -> [UInt8] { record(type: 1, code: code, value: 1) + report }
    static func release(_ code: UInt16) -> [UInt8] { record(type: 1, code: code, value: 0) + report }
    private static let report = record(type: 0, code: 0, value: 0)

    @Test func `a press and a release are told, repeats and other keys are not`() {
        var decoder = KeyEventDecoder(key: key)
        #expect(decoder.changes(in: Self.press(30)) == [])
        #expect(decoder.changes(in: Self.press(183)) == [true] && decoder.isDown)
        #expect(decoder.changes(in: Self.record(type: 1, code: 183, value: 2)) == [])
        #expect(decoder.changes(in: Self.release(30)) == [])
        #expect(decoder.changes(in: Self.release(183)) == [false] && !decoder.isDown)
        // A movement with the same code is no key.
        #expect(decoder.changes(in: Self.record(type: 3, code: 183, value: 1)) == [])
    }

    @Test func `a hold that began before the watch is known by its repeats`() {
        var decoder = KeyEventDecoder(key: key)
        #expect(decoder.changes(in: Self.record(type: 1, code: 183, value: 2)) == [true])
    }

    @Test func `dropped events let the key go`() {
        var decoder = KeyEventDecoder(key: key)
        let dropped = Self.record(type: 0, code: 3, value: 0)
        #expect(decoder.changes(in: Self.press(183) + dropped) == [true, false])
        #expect(decoder.changes(in: dropped) == [])
    }

    @Test(arguments: 0..<20) func `records may be cut anywhere`(seed: Int) {
        var generator = SeededGenerator(seed: UInt64(seed))
        let bytes = Self.press(183) + Self.release(183) + Self.press(30) + Self.press(183) + Self.release(183)
        var decoder = KeyEventDecoder(key: key)
        var changes: [Bool] = []
        var left = bytes[...]
        while !left.isEmpty {
            let count = Int.random(in: 1...min(left.count, 40), using: &generator)
            changes += decoder.changes(in: left.prefix(count))
            left = left.dropFirst(count)
        }
        #expect(changes == [true, false, true, false], "seed \(seed)")
    }

    @Test(arguments: [
        ("esc", 1), ("f1", 59), ("f12", 88), ("f13", 183), ("f24", 194), ("leftctrl", 29), ("rightctrl", 97),
        ("leftalt", 56), ("rightalt", 100), ("capslock", 58), ("scrolllock", 70), ("pause", 119), ("space", 57),
        ("insert", 110), ("leftmeta", 125), ("playpause", 164), ("micmute", 248), ("btn_side", 0x113),
        ("btn_extra", 0x114), ("KEY_F13", 183), ("102nd", 86), ("kpenter", 96), ("rightshift", 54), ("z", 44),
        ("grave", 41), ("f10", 68), ("kp7", 71), ("kpdot", 83), ("delete", 111), ("slash", 53), ("enter", 28),
    ])
    func `keys have the kernel's numbers`(name: String, number: Int) {
        #expect(KeyCode(parsing: name)?.number == UInt16(number))
    }

    @Test func `a name that is none is none, and every name is read back`() {
        #expect(KeyCode(parsing: "f25") == nil && KeyCode(parsing: "") == nil)
        for name in KeyCode.allNames { #expect(KeyCode(parsing: name)?.description == name) }
    }
}
