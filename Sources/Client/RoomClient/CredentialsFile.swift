/// A ``Credentials`` file on disk: mode 0600, refused when others could read it, rewritten whole or not at all.
///
/// Calls block on the disk and on other writers; keep them off event loops. Any thread.
public struct CredentialsFile: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// `$XDG_CONFIG_HOME/roomtone/credentials`, or under `~/.config` (XDG Base Directory Specification); nil when neither
    /// variable is set to an absolute path.
    public static func pathDefault(environment: [String: String]) -> String? {
        if let folder = environment["XDG_CONFIG_HOME"], folder.hasPrefix("/") {
            return folder + "/roomtone/credentials"
        }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.config/roomtone/credentials" }
        return nil
    }

    /// The content; empty when there is no file yet. Throws ``RoomClientError`` (`credentialsUnusable`) when the file
    /// cannot be read, is not a plain file, is too large, or may be read or written by others.
    public func read() throws(RoomClientError) -> Credentials {
        do throws(OwnedFile.Failure) {
            return Credentials(parsing: try file.read() ?? "")
        } catch {
            throw Self.unusable(error)
        }
    }

    /// Reads, lets `change` decide under the writers' lock, and replaces the file if the content differs.
    public func update(_ change: (inout Credentials) throws(RoomClientError) -> Void) throws(RoomClientError) {
        try file.update(
            { (before: String?) throws(RoomClientError) in
                let stored = Credentials(parsing: before ?? "")
                var content = stored
                try change(&content)
                return (content == stored ? nil : content.text, ())
            }, refusing: Self.unusable)
    }

    private var file: OwnedFile { OwnedFile(path: path, bytesMax: Credentials.bytesMax, isSecret: true) }

    private static func unusable(_ failure: OwnedFile.Failure) -> RoomClientError {
        RoomClientError(
            .credentialsUnusable, "\(failure): \(failure.advice ?? "set XDG_CONFIG_HOME to a folder of yours.")")
    }
}
