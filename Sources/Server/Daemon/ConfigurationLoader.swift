import Configuration
import ControlServer
import Foundation
import VoiceRelay
import Yams

/// A flag of the command line that sets a key.
public struct ConfigurationFlag: Sendable {
    /// As typed, for errors: `--control-port`.
    public let name: String
    public let key: String
    public let value: String

    public init(name: String, key: String, value: String) {
        self.name = name
        self.key = key
        self.value = value
    }
}

/// Why the configuration cannot be used: where, which key, what was found, what is allowed; in one line.
public struct ConfigurationError: Error, Equatable, CustomStringConvertible, Sendable {
    public let description: String
    init(_ description: String) { self.description = description }
}

extension DaemonConfiguration {
    /// Reads the configuration: the defaults, over them the file, over it the environment, over it the flags.
    /// - Parameter file: path of a YAML file; nil for none.
    public static func load(
        file: String? = nil, environment: [String: String] = [:], flags: [ConfigurationFlag] = []
    ) throws(ConfigurationError) -> DaemonConfiguration {
        var layers: [ConfigurationLayer] = []
        if let file, let layer = try ConfigurationLayer.file(file) { layers.append(layer) }
        layers.append(.environment(environment))
        layers.append(.flags(flags))
        var configuration = DaemonConfiguration()
        // Where each value was found that is no default.
        var places: [String: String] = [:]
        for layer in layers {
            for setting in DaemonSettings.all where try layer.apply(setting, to: &configuration) {
                places[setting.key] = layer.place(setting)
            }
        }
        try configuration.check(places)
        return configuration
    }

    /// What no single key can tell.
    /// - Parameter places: by key, what to call the place where its value was found; without those that have their default.
    func check(_ places: [String: String]) throws(ConfigurationError) {
        let files = ["tls.certificate_file": certificate.certificateFile, "tls.key_file": certificate.keyFile]
        if let set = files.first(where: { !$0.value.isEmpty }), let missing = files.first(where: \.value.isEmpty) {
            throw ConfigurationError("\(places[set.key] ?? set.key): expected \(missing.key) beside it, found none")
        }
        let pairs: [(longer: String, Duration, shorter: String, Duration)] = [
            ("control.idle_seconds", control.idleTimeout, "control.ping_after_seconds", control.pingAfter),
            ("voice.timeout_seconds", voice.sessionTimeout, "voice.keepalive_seconds", voice.keepalive),
        ]
        for (longer, long, shorter, short) in pairs where long <= short {
            let (more, less) = (long.components.seconds, short.components.seconds)
            // Whoever set one of the two is told of that one.
            if places[longer] == nil, let place = places[shorter] {
                throw ConfigurationError("\(place): expected less than \(longer), \(more), found “\(less)”")
            }
            throw ConfigurationError(
                "\(places[longer] ?? longer): expected more than \(shorter), \(less), found “\(more)”")
        }
    }
}

/// One source of values, and what to call a place in it.
private struct ConfigurationLayer {
    let snapshot: any ConfigSnapshot
    let place: (Setting) -> String

    /// - Returns: whether there was a value.
    func apply(_ setting: Setting, to configuration: inout DaemonConfiguration) throws(ConfigurationError) -> Bool {
        let key = AbsoluteConfigKey(setting.key.split(separator: ".").map(String.init))
        let found: ConfigContent?
        do {
            found = try snapshot.value(forKey: key, type: .string).value?.content
        } catch {
            throw ConfigurationError("\(place(setting)): expected \(setting.allowed), found a list")
        }
        guard case .string(let text) = found else { return false }
        guard setting.read(text, &configuration) else {
            throw ConfigurationError("\(place(setting)): expected \(setting.allowed), found “\(Self.shown(text))”")
        }
        return true
    }

    /// What was found, without the name and password that a URL may have.
    private static func shown(_ text: String) -> String {
        guard let start = text.range(of: "://")?.upperBound, let at = text[start...].lastIndex(of: "@") else {
            return text
        }
        return text[..<start] + "…" + text[at...]
    }

    static func environment(_ variables: [String: String]) -> ConfigurationLayer {
        let provider = EnvironmentVariablesProvider(environmentVariables: variables).prefixKeys(with: "roomtone")
        return ConfigurationLayer(snapshot: provider.snapshot()) { "environment variable \($0.environmentName)" }
    }

    static func flags(_ flags: [ConfigurationFlag]) -> ConfigurationLayer {
        var values: [AbsoluteConfigKey: ConfigValue] = [:]
        for flag in flags {
            let key = AbsoluteConfigKey(flag.key.split(separator: ".").map(String.init))
            values[key] = ConfigValue(.string(flag.value), isSecret: false)
        }
        return ConfigurationLayer(snapshot: InMemoryProvider(values: values).snapshot()) { setting in
            flags.first { $0.key == setting.key }?.name ?? setting.key
        }
    }

    /// Nil for a file without any key.
    static func file(_ path: String) throws(ConfigurationError) -> ConfigurationLayer? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
            throw ConfigurationError(
                "\(path) cannot be read: check that it exists, who may read it, and that it is UTF-8")
        }
        do {
            guard let root = try compose(yaml: text) else { return nil }
            guard let mapping = root.mapping else {
                // A file of comments only parses as one empty value.
                if root.scalar?.string.isEmpty == true { return nil }
                throw ConfigurationError("\(path): expected keys and values")
            }
            try checkKeys(of: mapping, prefix: "", path)
            let snapshot = try YAMLSnapshot(
                data: Array(text.utf8).span.bytes, providerName: path, parsingOptions: .default)
            return ConfigurationLayer(snapshot: snapshot) { "\(path), key \($0.key)" }
        } catch let error as ConfigurationError {
            throw error
        } catch {
            // The parser's text shows the offending line over several lines; the first says what and where.
            let cause = "\(error)".split(separator: "\n").first.map(String.init) ?? "malformed"
            throw ConfigurationError("\(path) is not valid YAML: \(cause)")
        }
    }

    /// A misspelt key would otherwise be a limit that silently is not there.
    private static func checkKeys(
        of mapping: Node.Mapping, prefix: String, _ path: String
    ) throws(ConfigurationError) {
        for (node, value) in mapping {
            let name = prefix + (node.string ?? "")
            let isSection = DaemonSettings.all.contains { $0.key.hasPrefix(name + ".") }
            if let section = value.mapping, isSection {
                try checkKeys(of: section, prefix: name + ".", path)
                continue
            }
            // A section with nothing in it, all its keys being comments.
            if isSection, value.scalar?.string.isEmpty == true { continue }
            guard DaemonSettings.all.contains(where: { $0.key == name }), value.mapping == nil else {
                let line = node.mark.map { ":\($0.line)" } ?? ""
                let nearest = NearestKeys.keys(to: name).joined(separator: ", ")
                throw ConfigurationError(
                    "\(path)\(line): unknown key “\(name)”; the nearest are \(nearest); "
                        + "“roomtoned check-config --list” names all")
            }
        }
    }
}
