import Foundation
import JSONText
import Logging

/// How lines of the log are written.
public enum LogFormat: String, CaseIterable, Sendable { case text, json }

/// Writes to standard error, a line each: for people, or JSON for programs. Levels come from ``LogLevels``, so that they can change
/// while the server runs.
struct DaemonLogHandler: LogHandler {
    let module: LogModule?
    let label: String
    let format: LogFormat
    let levels: LogLevels
    /// Takes a line with its end.
    let write: @Sendable (String) -> Void
    var metadata: Logger.Metadata = [:]
    private var ownLevel: Logger.Level?

    init(
        label: String, format: LogFormat, levels: LogLevels = .shared,
        write: @escaping @Sendable (String) -> Void = DaemonLogHandler.writeToStandardError
    ) {
        module = LogModule(label: label)
        self.label = label
        self.format = format
        self.levels = levels
        self.write = write
    }

    var logLevel: Logger.Level {
        get { ownLevel ?? levels.level(of: module) }
        set { ownLevel = newValue }
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let line =
            switch format {
            case .text: text(event, all)
            case .json: json(event, all)
            }
        write(line + "\n")
    }

    private var name: String { module?.rawValue ?? label }

    private func text(_ event: LogEvent, _ metadata: Logger.Metadata) -> String {
        var line = "\(Self.now()) \(event.level.rawValue) \(name): \(Self.onOneLine("\(event.message)"))"
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) { line += " \(key)=\(Self.onOneLine("\(value)"))" }
        return line
    }

    private func json(_ event: LogEvent, _ metadata: Logger.Metadata) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        for (key, value) in [
            ("time", Self.now()), ("level", event.level.rawValue), ("module", name), ("message", "\(event.message)"),
        ] {
            writer.name(key)
            writer.string(value)
        }
        if !metadata.isEmpty {
            writer.name("metadata")
            writer.beginObject()
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                writer.name(key)
                writer.string("\(value)")
            }
            writer.endObject()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private static func now() -> String {
        Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))
    }

    /// A line of the log is one line, whatever is in it.
    private static func onOneLine(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
    }

    static let writeToStandardError: @Sendable (String) -> Void = { line in StandardError.shared.write(line) }
}
