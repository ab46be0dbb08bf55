import Identifiers
import JSONText
import Permissions

/// What a field of a message can hold.
protocol WireValue: Sendable {
    static func read(_ value: JSONValue) throws(FieldFailure) -> Self
    func write(to writer: inout JSONWriter)
}

/// An object with fields of its own: a row of a list, or all that a variant has.
protocol WireRecord: Sendable {
    init(from fields: Fields) throws(FieldFailure)
    func writeFields(to writer: inout JSONWriter)
}

extension String: WireValue {
    static func read(_ value: JSONValue) throws(FieldFailure) -> String {
        guard let text = value.string else { throw FieldFailure(.wrongType) }
        return text
    }

    func write(to writer: inout JSONWriter) { writer.string(self) }
}

extension Bool: WireValue {
    static func read(_ value: JSONValue) throws(FieldFailure) -> Bool {
        guard let value = value.boolean else { throw FieldFailure(.wrongType) }
        return value
    }

    func write(to writer: inout JSONWriter) { writer.boolean(self) }
}

extension Float: WireValue {
    static func read(_ value: JSONValue) throws(FieldFailure) -> Float {
        guard value.kind == .number else { throw FieldFailure(.wrongType) }
        guard let number = value.float else { throw FieldFailure(.notAllowed) }
        return number
    }

    func write(to writer: inout JSONWriter) { writer.float(self) }
}

extension Double: WireValue {
    static func read(_ value: JSONValue) throws(FieldFailure) -> Double {
        guard value.kind == .number else { throw FieldFailure(.wrongType) }
        guard let number = value.double else { throw FieldFailure(.notAllowed) }
        return number
    }

    func write(to writer: inout JSONWriter) { writer.double(self) }
}

/// Whole numbers, whatever their size.
protocol WireInteger: WireValue, FixedWidthInteger {}

extension WireInteger {
    static func read(_ value: JSONValue) throws(FieldFailure) -> Self {
        guard value.kind == .number else { throw FieldFailure(.wrongType) }
        let number =
            isSigned ? value.signed.flatMap { Self(exactly: $0) } : value.unsigned.flatMap { Self(exactly: $0) }
        guard let number else { throw FieldFailure(.notAllowed) }
        return number
    }

    func write(to writer: inout JSONWriter) {
        if Self.isSigned { writer.integer(Int64(self)) } else { writer.integer(UInt64(self)) }
    }
}

extension UInt16: WireInteger {}
extension UInt32: WireInteger {}
extension UInt64: WireInteger {}
extension Int64: WireInteger {}
extension Int: WireInteger {}

extension WireValue where Self: RawRepresentable, RawValue: WireValue {
    static func read(_ value: JSONValue) throws(FieldFailure) -> Self {
        guard let known = Self(rawValue: try RawValue.read(value)) else { throw FieldFailure(.notAllowed) }
        return known
    }

    func write(to writer: inout JSONWriter) { rawValue.write(to: &writer) }
}

extension UserID: WireValue {}
extension RoomID: WireValue {}
extension MessageID: WireValue {}
extension ChangeID: WireValue {}
extension Role: WireValue {}
extension RoomKind: WireValue {}
extension VoiceDelivery: WireValue {}
extension SearchOrder: WireValue {}
extension RoomRemoval.Action: WireValue {}
extension ErrorCode: WireValue {}
extension VoiceErrorCode: WireValue {}
extension VoiceLeaveReason: WireValue {}

extension Array: WireValue where Element: WireValue {
    static func read(_ value: JSONValue) throws(FieldFailure) -> [Element] {
        try value.all { element throws(FieldFailure) in try Element.read(element) }
    }

    func write(to writer: inout JSONWriter) {
        writer.beginArray()
        for element in self { element.write(to: &writer) }
        writer.endArray()
    }
}

/// Names in the order of ``Permission``; those of a later version are passed over.
extension PermissionSet: WireValue {
    static func read(_ value: JSONValue) throws(FieldFailure) -> PermissionSet {
        PermissionSet(try [String].read(value).compactMap { Permission(rawValue: $0) })
    }

    func write(to writer: inout JSONWriter) { permissions.map(\.rawValue).write(to: &writer) }
}

/// `[start, length]`.
extension SearchHit.Mark: WireValue {
    static func read(_ value: JSONValue) throws(FieldFailure) -> SearchHit.Mark {
        let pair = try [Int].read(value)
        guard pair.count == 2 else { throw FieldFailure(.notAllowed) }
        return SearchHit.Mark(start: pair[0], length: pair[1])
    }

    func write(to writer: inout JSONWriter) { [start, length].write(to: &writer) }
}
