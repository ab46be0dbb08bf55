import ChatStore
import ControlServer
import Foundation
import Glibc
import Operations
import Rooms

// What `roomtoned` does besides serving. Each says what came of it and returns the exit status.
extension Daemon {
    /// Reads the configuration as a start would, and says whether it could be used.
    public static func checkConfiguration(configurationFile: String?, flags: [ConfigurationFlag]) -> Int32 {
        report {
            let configuration = try load(configurationFile, flags)
            try configuration.cache.check()
            try configuration.operations.check()
            if !configuration.certificate.certificateFile.isEmpty {
                _ = try ServerIdentity.load(configuration.certificate, directory: "")
            }
            if let unknown = UnknownVariables(in: ProcessInfo.processInfo.environment) {
                StandardError.shared.write("roomtoned: in the environment, but no key: \(unknown)\n")
            }
            print("the configuration is good")
        }
    }

    /// Every key with its type, what is allowed, its default, and whether a new value needs a restart: a tab between.
    public static func listConfiguration() {
        let defaults = DaemonConfiguration()
        print("KEY\tENVIRONMENT\tTYPE\tALLOWED\tDEFAULT\tRELOAD")
        for setting in DaemonSettings.all {
            let columns = [
                setting.key, setting.environmentName, setting.kind.rawValue, setting.allowed, setting.write(defaults),
                setting.isLive ? "live" : "restart",
            ]
            print(columns.joined(separator: "\t"))
        }
    }

    /// Puts a copy in the place of the database.
    public static func restore(copy: String, configurationFile: String?, flags: [ConfigurationFlag]) -> Int32 {
        report {
            let outcome = try DatabaseRestore.run(copy: copy, directory: try dataDirectory(configurationFile, flags))
            print("restored \(copy) as \(outcome.database)")
            if let replaced = outcome.replaced { print("what was there is \(replaced) now") }
        }
    }

    /// Checks the database of the data directory, or a copy; a server may be using it.
    public static func checkIntegrity(
        of file: String?, configurationFile: String?, flags: [ConfigurationFlag]
    ) -> Int32 {
        report {
            let path = try file ?? dataDirectory(configurationFile, flags) + "/" + DataDirectory.databaseFile
            let findings = try ChatStore.integrityFindings(ofFile: path, max: Maintenance.findingsMax)
            for finding in findings { print(finding) }
            guard findings.isEmpty else { throw DaemonError("\(path) is damaged: restore a backup") }
            print("\(path) is sound")
        }
    }

    /// Gives an account the password that standard input has, and ends its sessions. The server must not run.
    public static func resetPassword(
        of name: String, configurationFile: String?, flags: [ConfigurationFlag]
    ) async -> Int32 {
        umask(0o077)
        do {
            let configuration = try load(configurationFile, flags)
            let directory = try DataDirectory.resolve(
                configuration.dataDirectory, environment: ProcessInfo.processInfo.environment)
            let input = PasswordInput(input: STDIN_FILENO, output: .shared)
            let outcome = try await PasswordReset.run(
                name: name, configuration: configuration, directory: directory, ask: input.ask(for:))
            print("\(outcome.name) has the new password; sessions ended: \(outcome.sessionsEndedCount)")
            return 0
        } catch {
            return tell(error)
        }
    }

    private static func load(
        _ file: String?, _ flags: [ConfigurationFlag]
    ) throws(ConfigurationError) -> DaemonConfiguration {
        try DaemonConfiguration.load(file: file, environment: ProcessInfo.processInfo.environment, flags: flags)
    }

    private static func dataDirectory(_ file: String?, _ flags: [ConfigurationFlag]) throws -> String {
        try DataDirectory.resolve(
            try load(file, flags).dataDirectory, environment: ProcessInfo.processInfo.environment)
    }

    private static func report(_ work: () throws -> Void) -> Int32 {
        umask(0o077)
        do {
            try work()
            return 0
        } catch {
            return tell(error)
        }
    }

    private static func tell(_ error: any Error) -> Int32 {
        StandardError.shared.write("roomtoned: \(error)\n")
        return 1
    }
}
