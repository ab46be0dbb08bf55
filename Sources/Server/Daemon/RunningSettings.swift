import ControlWire
import Rooms
import Synchronization

/// The settings of a server that runs: the one place that knows which hold. Administrators see and change them here, and a reload
/// brings what it read. What an administrator changes holds until the next reload or start.
final class RunningSettings: ServerSettings {
    private let current: Mutex<DaemonConfiguration>
    private let isLive: @Sendable (Setting) -> Bool
    private let apply: @Sendable (DaemonConfiguration) -> Void

    /// Those that a reload changes too, but for certificates: these are files.
    convenience init(_ configuration: DaemonConfiguration, _ limits: LiveLimits) {
        self.init(
            configuration, isLive: { $0.isLive && !$0.key.hasPrefix("tls.") },
            apply: { changed in
                limits.apply(changed)
                LogLevels.shared.set(general: changed.logLevel, modules: changed.logLevels)
            })
    }

    /// - Parameters:
    ///   - isLive: whether a setting's new value holds without a restart.
    ///   - apply: takes the values of those into force; all others are as they were at the start.
    init(
        _ configuration: DaemonConfiguration, isLive: @escaping @Sendable (Setting) -> Bool = { _ in false },
        apply: @escaping @Sendable (DaemonConfiguration) -> Void = { _ in }
    ) {
        current = Mutex(configuration)
        self.isLive = isLive
        self.apply = apply
    }

    var certificate: CertificateSource { current.withLock { $0.certificate } }

    var records: [LimitRecord] {
        let configuration = current.withLock { $0 }
        return DaemonSettings.all.map { record($0, configuration) }
    }

    func set(_ key: String, to value: String) async throws(SettingRefusal) -> LimitRecord {
        guard let setting = DaemonSettings.all.first(where: { $0.key == key }) else {
            throw SettingRefusal("there is no setting “\(key)”", isUnknownKey: true)
        }
        let outcome: Result<LimitRecord, SettingRefusal> = current.withLock { current in
            var changed = current
            guard setting.read(value, &changed) else {
                return .failure(SettingRefusal("\(key): expected \(setting.allowed), found “\(value)”"))
            }
            guard isLive(setting) else {
                return .failure(
                    SettingRefusal("\(key) is read at the start: change the configuration and start the server again"))
            }
            do { try changed.check([key: key]) } catch { return .failure(SettingRefusal("\(error)")) }
            current = changed
            apply(changed)
            return .success(record(setting, changed))
        }
        return try outcome.get()
    }

    /// Takes what a reload read into force, as far as that can be, and says what was changed and what has to wait.
    /// - Parameter check: looks at what would hold; if it throws, nothing has changed.
    func take(
        _ wanted: DaemonConfiguration, ifUsable check: (DaemonConfiguration) throws -> Void
    ) throws -> ReloadOutcome {
        try current.withLock { current in
            let (merged, outcome) = Reloader.merge(wanted, over: current)
            try check(merged)
            current = merged
            apply(merged)
            return outcome
        }
    }

    private func record(_ setting: Setting, _ configuration: DaemonConfiguration) -> LimitRecord {
        LimitRecord(
            key: setting.key, value: setting.write(configuration), allowed: setting.allowed,
            isChangeable: isLive(setting))
    }
}
