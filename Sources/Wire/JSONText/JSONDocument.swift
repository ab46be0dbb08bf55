/// A JSON text that was checked as a whole (RFC 8259) and is read in place.
///
/// Strict: what two readers could read differently is refused, as repeated names, lone surrogates and invalid UTF-8 are.
/// The values stand on a tape of nodes in the order of the text; strings and numbers are decoded when asked for.
public struct JSONDocument: Sendable {
    /// Longest text that can be read.
    public static let bytesMax = Int(Int32.max)

    let bytes: [UInt8]
    let nodes: [Node]

    /// Copies and checks the text. Allocates twice, more for long texts; any thread.
    /// - Parameter nestingMax: objects and arrays within each other; bounds the stack that checking takes.
    public init(_ text: some Collection<UInt8>, nestingMax: Int) throws(JSONFailure) {
        var reader = JSONReader(Array(text), nestingMax: nestingMax)
        try reader.readDocument()
        bytes = reader.bytes
        nodes = reader.nodes
    }

    public var root: JSONValue { JSONValue(document: self, index: 0) }
}

/// One value or member name on the tape. A name is followed by its value, an array by its elements.
struct Node {
    var kind: JSONValue.Kind
    /// A string without escapes; a number of digits and sign alone.
    var isPlain = true
    /// Bytes of the value; of a string, what is between the quotes.
    var start: Int32
    var end: Int32 = 0
    /// The node after this one and all that is in it.
    var next: Int32 = 0
}
