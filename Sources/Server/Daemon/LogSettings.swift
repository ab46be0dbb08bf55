public import Logging

/// Makes a module's logger.
public typealias LoggerFactory = @Sendable (LogModule) -> Logger

extension LogModule {
    /// That of the process, as its program has set it up.
    @Sendable public static func logger(_ module: LogModule) -> Logger { Logger(label: module.label) }

    fileprivate static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

extension Setting {
    /// `MODULE=LEVEL` with commas between.
    static func logLevels(_ key: String, _ path: Path<[LogModule: Logger.Level]>) -> Setting {
        Setting(
            key: key, kind: .list,
            allowed: "MODULE=LEVEL with commas between; modules are \(LogModule.names)",
            write: { configuration in
                configuration[keyPath: path].map { "\($0.key.rawValue)=\($0.value.rawValue)" }.sorted()
                    .joined(separator: ", ")
            },
            read: { text, configuration in
                var levels: [LogModule: Logger.Level] = [:]
                for pair in text.split(whereSeparator: { $0 == "," || $0 == " " }) {
                    let halves = pair.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
                    guard halves.count == 2, let module = LogModule(rawValue: halves[0]),
                        let level = Logger.Level(rawValue: halves[1])
                    else { return false }
                    levels[module] = level
                }
                configuration[keyPath: path] = levels
                return true
            })
    }
}
