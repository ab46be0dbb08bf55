extension JSONReader {
    /// Objects up to this size have their names compared in pairs, larger ones through a set: a line full of names must
    /// not cost the square of them.
    private static let pairwiseMax = 16

    /// The node of the first name that the object has had before.
    func repeatedName(of object: Int, memberCount: Int) -> Int? {
        guard memberCount > Self.pairwiseMax else { return repeatedNamePairwise(of: object) }
        var seen = Set<[UInt8]>(minimumCapacity: memberCount)
        return names(of: object).first { !seen.insert(nodes[$0].unescaped(in: bytes)).inserted }
    }

    private func repeatedNamePairwise(of object: Int) -> Int? {
        let all = names(of: object)
        for name in all {
            for earlier in all {
                if earlier == name { break }
                if isSame(nodes[earlier], nodes[name]) { return name }
            }
        }
        return nil
    }

    private func names(of object: Int) -> some Sequence<Int> {
        let end = Int(nodes[object].next)
        return sequence(state: object + 1) { index in
            guard index < end else { return nil }
            defer { index = Int(nodes[index + 1].next) }
            return index
        }
    }

    /// By code points: Swift's strings take “é” in one and in two characters for the same, JSON does not.
    private func isSame(_ first: Node, _ second: Node) -> Bool {
        guard first.isPlain, second.isPlain else { return first.unescaped(in: bytes) == second.unescaped(in: bytes) }
        guard first.end - first.start == second.end - second.start else { return false }
        let offset = Int(second.start) - Int(first.start)
        for index in Int(first.start)..<Int(first.end) where bytes[index] != bytes[index + offset] { return false }
        return true
    }
}

extension Node {
    var range: Range<Int> { Int(start)..<Int(end) }

    /// A string's UTF-8 bytes. Its escapes were checked when it was read.
    func unescaped(in bytes: [UInt8]) -> [UInt8] {
        guard !isPlain else { return Array(bytes[range]) }
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        var position = Int(start)
        while position < Int(end) {
            guard bytes[position] == UInt8(ascii: "\\") else {
                text.append(bytes[position])
                position += 1
                continue
            }
            position += appendEscaped(at: position, in: bytes, to: &text)
        }
        return text
    }

    /// Appends what the escape at `position` stands for; returns how many bytes it takes.
    private func appendEscaped(at position: Int, in bytes: [UInt8], to text: inout [UInt8]) -> Int {
        switch bytes[position + 1] {
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard let unit = UTF16Escape.unit(in: bytes, at: position) else { return 2 }
            let trail = UTF16.isLeadSurrogate(unit) ? UTF16Escape.unit(in: bytes, at: position + 6) : nil
            let units = [unit] + (trail.map { [$0] } ?? [])
            text.append(contentsOf: String(decoding: units, as: UTF16.self).utf8)
            return units.count * 6
        default: text.append(bytes[position + 1])
        }
        return 2
    }
}
