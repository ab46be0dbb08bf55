/// Prometheus' text exposition format 0.0.4: pure.
///
/// https://prometheus.io/docs/instrumenting/exposition_formats/
public enum MetricText {
    public static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    /// Families in the order given, each with its help and type before its samples.
    public static func render(_ families: [MetricFamily]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(families.reduce(0) { $0 + 160 + $1.samples.count * 96 })
        for family in families where !family.samples.isEmpty {
            text += "# HELP ".utf8
            text += family.name.utf8
            text.append(UInt8(ascii: " "))
            appendEscaped(family.help, to: &text)
            text += "\n# TYPE ".utf8
            text += family.name.utf8
            text.append(UInt8(ascii: " "))
            text += family.kind.rawValue.utf8
            text.append(UInt8(ascii: "\n"))
            for sample in family.samples { append(sample, of: family.name, to: &text) }
        }
        return text
    }

    /// Whole numbers without a point; what is not finite as the format calls it.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        if value.magnitude < 9e15, value.rounded() == value { return String(Int64(value)) }
        return value.description
    }

    private static func append(_ sample: MetricFamily.Sample, of name: String, to text: inout [UInt8]) {
        text += name.utf8
        text += sample.suffix.utf8
        if !sample.labels.isEmpty {
            text.append(UInt8(ascii: "{"))
            for (index, label) in sample.labels.enumerated() {
                if index > 0 { text.append(UInt8(ascii: ",")) }
                text += label.name.utf8
                text += "=\"".utf8
                appendEscaped(label.value, isQuoted: true, to: &text)
                text.append(UInt8(ascii: "\""))
            }
            text.append(UInt8(ascii: "}"))
        }
        text.append(UInt8(ascii: " "))
        text += number(sample.value).utf8
        text.append(UInt8(ascii: "\n"))
    }

    /// Backslash, quote and newline would end the value; rooms are called what people like.
    private static func appendEscaped(_ value: String, isQuoted: Bool = false, to text: inout [UInt8]) {
        for byte in value.utf8 {
            switch byte {
            case UInt8(ascii: "\\"): text += "\\\\".utf8
            case UInt8(ascii: "\"") where isQuoted: text += "\\\"".utf8
            case UInt8(ascii: "\n"): text += "\\n".utf8
            default: text.append(byte)
            }
        }
    }
}
