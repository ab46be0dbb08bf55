/// Checks a text and lays out its tape.
struct JSONReader {
    let bytes: [UInt8]
    private(set) var nodes: [Node] = []
    var position = 0
    private let nestingMax: Int

    init(_ bytes: [UInt8], nestingMax: Int) {
        self.bytes = bytes
        self.nestingMax = nestingMax
        nodes.reserveCapacity(32)
    }

    mutating func readDocument() throws(JSONFailure) {
        guard bytes.count <= JSONDocument.bytesMax else { throw JSONFailure(cause: .tooLong, byteOffset: 0) }
        try readValue(depth: 0)
        skipSpace()
        guard position == bytes.count else { throw failure(.continues) }
    }

    func failure(_ cause: JSONFailure.Cause) -> JSONFailure { JSONFailure(cause: cause, byteOffset: position) }

    private mutating func readValue(depth: Int) throws(JSONFailure) {
        skipSpace()
        guard position < bytes.count else { throw failure(.endsTooSoon) }
        switch bytes[position] {
        case UInt8(ascii: "{"): try readObject(depth: depth + 1)
        case UInt8(ascii: "["): try readArray(depth: depth + 1)
        case UInt8(ascii: "\""): try readString()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try readNumber()
        case UInt8(ascii: "t"): try readWord("true", .true)
        case UInt8(ascii: "f"): try readWord("false", .false)
        case UInt8(ascii: "n"): try readWord("null", .null)
        default: throw failure(.unexpectedByte)
        }
    }

    private mutating func readObject(depth: Int) throws(JSONFailure) {
        let index = try open(.object, depth: depth)
        if closes(with: UInt8(ascii: "}")) { return close(index) }
        var memberCount = 0
        while true {
            skipSpace()
            guard position < bytes.count else { throw failure(.endsTooSoon) }
            guard bytes[position] == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
            try readString()
            skipSpace()
            try expect(UInt8(ascii: ":"))
            try readValue(depth: depth)
            memberCount += 1
            if closes(with: UInt8(ascii: "}")) { break }
            try expect(UInt8(ascii: ","))
        }
        close(index)
        if let second = repeatedName(of: index, memberCount: memberCount) {
            throw JSONFailure(cause: .repeatedName, byteOffset: Int(nodes[second].start) - 1)
        }
    }

    private mutating func readArray(depth: Int) throws(JSONFailure) {
        let index = try open(.array, depth: depth)
        if closes(with: UInt8(ascii: "]")) { return close(index) }
        while true {
            try readValue(depth: depth)
            if closes(with: UInt8(ascii: "]")) { return close(index) }
            try expect(UInt8(ascii: ","))
        }
    }

    private mutating func open(_ kind: JSONValue.Kind, depth: Int) throws(JSONFailure) -> Int {
        guard depth <= nestingMax else { throw failure(.nestedTooDeep(levelsMax: nestingMax)) }
        nodes.append(Node(kind: kind, start: Int32(position)))
        position += 1
        return nodes.count - 1
    }

    private mutating func close(_ index: Int) {
        nodes[index].end = Int32(position)
        nodes[index].next = Int32(nodes.count)
    }

    /// Appends a value that has nothing in it, from `start` to here.
    mutating func append(_ kind: JSONValue.Kind, from start: Int, isPlain: Bool = true) {
        nodes.append(
            Node(
                kind: kind, isPlain: isPlain, start: Int32(start), end: Int32(position), next: Int32(nodes.count + 1)))
    }

    private mutating func readWord(_ word: StaticString, _ kind: JSONValue.Kind) throws(JSONFailure) {
        let start = position
        for index in 0..<word.utf8CodeUnitCount {
            guard position < bytes.count else { throw failure(.endsTooSoon) }
            guard bytes[position] == word.utf8Start[index] else { throw failure(.unexpectedByte) }
            position += 1
        }
        append(kind, from: start)
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: position += 1
            default: return
            }
        }
    }

    private mutating func closes(with byte: UInt8) -> Bool {
        skipSpace()
        guard position < bytes.count, bytes[position] == byte else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ byte: UInt8) throws(JSONFailure) {
        guard position < bytes.count else { throw failure(.endsTooSoon) }
        guard bytes[position] == byte else { throw failure(.unexpectedByte) }
        position += 1
    }
}
