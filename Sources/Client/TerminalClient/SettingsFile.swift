import RoomClient
import TerminalSupport
import TerminalUI

/// The person's settings on disk: rewritten whole or not at all, and nothing of what they wrote by hand is lost.
///
/// Calls block on the disk and on other writers. Any thread.
package struct SettingsFile: Sendable {
    /// Longest file, in bytes.
    package static let bytesMax = 65_536

    package let path: String

    package init(path: String) { self.path = path }

    /// `$XDG_CONFIG_HOME/roomtone/settings`, or under `~/.config` (XDG Base Directory Specification); nil when neither
    /// variable is set to an absolute path.
    package static func pathDefault(environment: [String: String]) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") { return folder + "/roomtone/settings" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.config/roomtone/settings" }
        return nil
    }

    /// The settings, those of the program where the file says nothing, and a line about each of the file's that is not
    /// understood. Throws when the file cannot be read, or may be changed by others.
    package func read() throws(CommandFailure) -> (settings: Settings, problems: [String]) {
        do throws(OwnedFile.Failure) {
            let (settings, problems) = SettingsFormat.read(SettingsText(parsing: try file.read() ?? ""))
            return (settings, problems.map { "\(path), line \($0.line): \($0.text)." })
        } catch {
            throw Self.unusable(error)
        }
    }

    /// Writes down what is new since `old`, under the writers' lock, whatever else somebody has written meanwhile.
    package func save(_ new: Settings, over old: Settings) throws(CommandFailure) {
        try file.update(
            { (before: String?) throws(CommandFailure) in
                let stored = SettingsText(parsing: before ?? "")
                var content = stored
                SettingsFormat.write(new, over: old, into: &content)
                return (content == stored ? nil : content.text, ())
            }, refusing: Self.unusable)
    }

    private var file: OwnedFile { OwnedFile(path: path, bytesMax: Self.bytesMax, isSecret: false) }

    private static func unusable(_ failure: OwnedFile.Failure) -> CommandFailure {
        CommandFailure(
            .configuration, "\(failure): \(failure.advice ?? "set XDG_CONFIG_HOME to a folder of yours.")")
    }
}
