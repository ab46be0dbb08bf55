import Rooms

/// One value of the configuration: its key, what it may be, and how it is read and written.
struct Setting: Sendable {
    /// Path in the file; `ROOMTONE_` and upper case, with underscores, in the environment.
    let key: String
    let kind: Kind
    /// What may stand there, for errors and for the documented file.
    let allowed: String
    /// The value as it would stand in the file.
    let write: @Sendable (DaemonConfiguration) -> String
    /// False if the text is not what is allowed.
    let read: @Sendable (String, inout DaemonConfiguration) -> Bool

    enum Kind: String {
        case number, seconds
        case yesOrNo = "yes-no"
        case text, list, choice
    }

    var environmentName: String {
        "ROOMTONE_" + key.uppercased().map { $0 == "." ? "_" : $0 }
    }
}

extension Setting {
    typealias Path<Value> = any WritableKeyPath<DaemonConfiguration, Value> & Sendable

    /// A whole number. `Value` is what the configuration holds; conversions are exact within the range.
    static func integer<Value: BinaryInteger & Sendable>(
        _ key: String, _ path: Path<Value>, _ range: ClosedRange<Int>, _ unit: String = ""
    ) -> Setting {
        Setting(
            key: key, kind: .number,
            allowed: "\(range.lowerBound)…\(range.upperBound)" + (unit.isEmpty ? "" : " \(unit)"),
            write: { String($0[keyPath: path]) },
            read: { text, configuration in
                guard let number = Int(text), range.contains(number), let value = Value(exactly: number) else {
                    return false
                }
                configuration[keyPath: path] = value
                return true
            })
    }

    static func seconds(_ key: String, _ path: Path<Duration>, _ range: ClosedRange<Int>) -> Setting {
        Setting(
            key: key, kind: .seconds, allowed: "\(range.lowerBound)…\(range.upperBound) seconds",
            write: { String($0[keyPath: path].components.seconds) },
            read: { text, configuration in
                guard let number = Int(text), range.contains(number) else { return false }
                configuration[keyPath: path] = .seconds(number)
                return true
            })
    }

    static func boolean(_ key: String, _ path: Path<Bool>) -> Setting {
        Setting(
            key: key, kind: .yesOrNo, allowed: "true or false", write: { String($0[keyPath: path]) },
            read: { text, configuration in
                guard let value = Bool(text) else { return false }
                configuration[keyPath: path] = value
                return true
            })
    }

    static func text(_ key: String, _ path: Path<String>, _ allowed: String) -> Setting {
        Setting(
            key: key, kind: .text, allowed: allowed, write: { $0[keyPath: path] },
            read: { text, configuration in
                configuration[keyPath: path] = text
                return true
            })
    }

    /// A text of a form of its own.
    static func checkedText(
        _ key: String, _ path: Path<String>, _ allowed: String, _ isAllowed: @escaping @Sendable (String) -> Bool
    ) -> Setting {
        Setting(
            key: key, kind: .text, allowed: allowed, write: { $0[keyPath: path] },
            read: { text, configuration in
                guard isAllowed(text) else { return false }
                configuration[keyPath: path] = text
                return true
            })
    }

    /// Names are not looked up: what a server listens on must not depend on who answers.
    static func address(_ key: String, _ path: Path<String>) -> Setting {
        .checkedText(key, path, "a numeric address of this machine") { NetworkAddress($0) != nil }
    }

    static func list(_ key: String, _ path: Path<[String]>, _ allowed: String) -> Setting {
        Setting(
            key: key, kind: .list, allowed: allowed, write: { $0[keyPath: path].joined(separator: ", ") },
            read: { text, configuration in
                configuration[keyPath: path] = text.split(whereSeparator: { $0 == "," || $0 == " " }).map(String.init)
                return true
            })
    }

    /// - Parameter choices: nil for all that there are.
    static func choice<Value: RawRepresentable<String> & CaseIterable & Equatable & Sendable>(
        _ key: String, _ path: Path<Value>, _ choices: [Value]? = nil
    ) -> Setting {
        let choices = choices ?? Array(Value.allCases)
        return Setting(
            key: key, kind: .choice, allowed: choices.map(\.rawValue).joined(separator: ", "),
            write: { $0[keyPath: path].rawValue },
            read: { text, configuration in
                guard let value = Value(rawValue: text), choices.contains(value) else { return false }
                configuration[keyPath: path] = value
                return true
            })
    }
}
