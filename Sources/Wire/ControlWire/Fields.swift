import JSONText

/// An object's fields, read by name. Names that nobody asks for are passed over.
struct Fields {
    private let object: JSONValue

    init(_ value: JSONValue) throws(FieldFailure) {
        guard value.kind == .object else { throw FieldFailure(.wrongType) }
        object = value
    }

    func callAsFunction<Value: WireValue>(_ name: StaticString) throws(FieldFailure) -> Value {
        try read(required(name), name) { value throws(FieldFailure) in try Value.read(value) }
    }

    /// Nil where the field is absent or null.
    func optional<Value: WireValue>(_ name: StaticString) throws(FieldFailure) -> Value? {
        guard let value = present(name) else { return nil }
        return try read(value, name) { value throws(FieldFailure) in try Value.read(value) }
    }

    func record<Record: WireRecord>(_ name: StaticString) throws(FieldFailure) -> Record {
        try read(required(name), name, Self.record)
    }

    func optionalRecord<Record: WireRecord>(_ name: StaticString) throws(FieldFailure) -> Record? {
        guard let value = present(name) else { return nil }
        return try read(value, name, Self.record)
    }

    func records<Record: WireRecord>(_ name: StaticString) throws(FieldFailure) -> [Record] {
        try read(required(name), name) { value throws(FieldFailure) in
            try value.all(Self.record)
        }
    }

    func has(_ name: StaticString) -> Bool { present(name) != nil }

    /// The value itself, whatever it is.
    func required(_ name: StaticString) throws(FieldFailure) -> JSONValue {
        guard let value = object[name] else { throw FieldFailure(.missing(name)) }
        return value
    }

    private func present(_ name: StaticString) -> JSONValue? {
        guard let value = object[name], value.kind != .null else { return nil }
        return value
    }

    private static func record<Record: WireRecord>(_ value: JSONValue) throws(FieldFailure) -> Record {
        try Record(from: try Fields(value))
    }

    private func read<Value>(
        _ value: JSONValue, _ name: StaticString, _ body: (JSONValue) throws(FieldFailure) -> Value
    ) throws(FieldFailure) -> Value {
        do {
            return try body(value)
        } catch {
            throw error.under(name.description)
        }
    }
}

extension JSONValue {
    /// An array's elements, each read.
    func all<Element>(
        _ read: (JSONValue) throws(FieldFailure) -> Element
    ) throws(FieldFailure) -> [Element] {
        guard kind == .array else { throw FieldFailure(.wrongType) }
        var all: [Element] = []
        for element in elements {
            do throws(FieldFailure) {
                all.append(try read(element))
            } catch {
                throw error.at(all.count)
            }
        }
        return all
    }
}
