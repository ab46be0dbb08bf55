/// One value of a ``JSONDocument``, which it keeps alive. What is asked for and is not so is nil.
public struct JSONValue: Sendable {
    public enum Kind: UInt8, Sendable { case null, `true`, `false`, number, string, array, object }

    let document: JSONDocument
    let index: Int

    private var node: Node { document.nodes[index] }

    public var kind: Kind { node.kind }

    public var boolean: Bool? {
        switch kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    /// Allocates where the text is longer than 15 bytes.
    public var string: String? {
        let node = node
        guard node.kind == .string else { return nil }
        guard node.isPlain else { return String(decoding: node.unescaped(in: document.bytes), as: UTF8.self) }
        return String(decoding: document.bytes[node.range], as: UTF8.self)
    }

    /// The value as it stands in the text.
    public var source: ArraySlice<UInt8> {
        let range = node.range
        return document.bytes[kind == .string ? range.lowerBound - 1..<range.upperBound + 1 : range]
    }

    /// An array's elements, in order; nothing for other values.
    public var elements: some Sequence<JSONValue> {
        let end = kind == .array ? Int(node.next) : 0
        return sequence(state: index + 1) { next in
            guard next < end else { return nil }
            defer { next = Int(document.nodes[next].next) }
            return JSONValue(document: document, index: next)
        }
    }

    /// An object's members, in the order of the text; nothing for other values.
    public var members: some Sequence<(name: String, value: JSONValue)> {
        let end = kind == .object ? Int(node.next) : 0
        return sequence(state: index + 1) { next in
            guard next < end else { return nil }
            defer { next = Int(document.nodes[next + 1].next) }
            let name = JSONValue(document: document, index: next).string ?? ""
            return (name, JSONValue(document: document, index: next + 1))
        }
    }

    /// The member of that name. Does not allocate; looks at one name after the other.
    public subscript(name: StaticString) -> JSONValue? {
        guard kind == .object else { return nil }
        let end = Int(node.next)
        var next = index + 1
        while next < end {
            if document.nodes[next].reads(name, in: document.bytes) {
                return JSONValue(document: document, index: next + 1)
            }
            next = Int(document.nodes[next + 1].next)
        }
        return nil
    }
}

extension Node {
    fileprivate func reads(_ name: StaticString, in bytes: [UInt8]) -> Bool {
        guard isPlain else { return name.withUTF8Buffer { unescaped(in: bytes).elementsEqual($0) } }
        let count = name.utf8CodeUnitCount
        guard Int(end - start) == count else { return false }
        let expected = name.utf8Start
        for offset in 0..<count where bytes[Int(start) + offset] != expected[offset] { return false }
        return true
    }
}
