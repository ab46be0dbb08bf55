import JSONText

extension JSONWriter {
    /// `{"NAME":{FIELDS}}`: a variant as serde tags it.
    mutating func variant(_ name: StaticString, _ fields: (inout JSONWriter) -> Void) {
        beginObject()
        self.name(name)
        beginObject()
        fields(&self)
        endObject()
        endObject()
    }

    /// A variant that is one record.
    mutating func variant(_ name: StaticString, _ record: some WireRecord) {
        variant(name) { record.writeFields(to: &$0) }
    }

    /// A field; left out where there is no value.
    mutating func field(_ name: StaticString, _ value: (some WireValue)?) {
        guard let value else { return }
        self.name(name)
        value.write(to: &self)
    }

    /// A field that RustyRoom's clients expect as null when there is no value.
    mutating func nullableField(_ name: StaticString, _ value: String?) {
        self.name(name)
        if let value { string(value) } else { null() }
    }

    mutating func record(_ name: StaticString, _ record: (some WireRecord)?) {
        guard let record else { return }
        self.name(name)
        append(record)
    }

    mutating func records(_ name: StaticString, _ records: [some WireRecord]) {
        self.name(name)
        beginArray()
        for record in records { append(record) }
        endArray()
    }

    mutating func append(_ record: some WireRecord) {
        beginObject()
        record.writeFields(to: &self)
        endObject()
    }
}
