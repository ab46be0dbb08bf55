import Glibc

/// Cuts what a socket gives into lines, without copying those that came whole: pure.
package struct LineScanner {
    private var rest: [UInt8] = []

    package init() {}

    /// Calls `take` with every line that is complete, without its newline. The bytes are valid during the call only.
    package mutating func scan(_ bytes: UnsafeRawBufferPointer, _ take: (ServerLine) -> Void) {
        var start = 0
        while let end = Self.newline(in: bytes, from: start) {
            let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
            if rest.isEmpty {
                take(ServerLine(bytes: piece))
            } else {
                rest.append(contentsOf: piece)
                rest.withUnsafeBytes { take(ServerLine(bytes: $0)) }
                rest.removeAll(keepingCapacity: true)
            }
            start = end + 1
        }
        rest.append(contentsOf: bytes[start...])
    }

    private static func newline(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
        guard start < bytes.count, let base = bytes.baseAddress else { return nil }
        guard let found = memchr(base + start, Int32(UInt8(ascii: "\n")), bytes.count - start) else { return nil }
        return UnsafeRawPointer(found) - base
    }
}

/// What the generator needs to know of a line, found by searching, not by decoding it: the generator shares its
/// processors with the server that it measures. Pure; valid as long as its bytes.
package struct ServerLine {
    package let bytes: UnsafeRawBufferPointer

    /// Of the request that this line answers.
    package var requestID: UInt64? { number(after: #""request_id":"#) }

    /// The number that ``RequestTemplate`` put before a message's text.
    package var mark: UInt64? { number(after: ##""content":"#"##) }

    /// Whether the server asks if anybody is there; a message that mentions the word is longer.
    package var isPing: Bool { bytes.count < 64 && position(after: #""message_type":"Ping""#) != nil }

    /// Whether the server said no.
    package var isRefusal: Bool {
        position(after: #""success":false"#) != nil || position(after: #""AuthFailure""#) != nil
            || position(after: #""RoomNotFound""#) != nil
    }

    private func number(after needle: StaticString) -> UInt64? {
        guard var index = position(after: needle) else { return nil }
        var value: UInt64?
        while index < bytes.count, case let digit = bytes[index] &- UInt8(ascii: "0"), digit < 10 {
            value = (value ?? 0) &* 10 &+ UInt64(digit)
            index += 1
        }
        return value
    }

    private func position(after needle: StaticString) -> Int? {
        guard let base = bytes.baseAddress else { return nil }
        let length = needle.utf8CodeUnitCount
        var index = 0
        while index + length <= bytes.count,
            let found = memchr(base + index, Int32(needle.utf8Start.pointee), bytes.count - length + 1 - index)
        {
            if memcmp(found, needle.utf8Start, length) == 0 { return UnsafeRawPointer(found) - base + length }
            index = UnsafeRawPointer(found) - base + 1
        }
        return nil
    }
}
