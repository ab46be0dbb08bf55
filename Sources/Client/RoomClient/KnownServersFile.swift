/// A ``KnownServers`` file on disk: private to its owner, rewritten whole or not at all, by one process at a time.
///
/// Calls block on the disk and on other writers; keep them off event loops. Any thread.
public struct KnownServersFile: Sendable {
    public let path: String

    public init(path: String) { self.path = path }

    /// `$XDG_DATA_HOME/roomtone/known_servers`, or under `~/.local/share` (XDG Base Directory Specification);
    /// nil when neither variable is set to an absolute path.
    public static func pathDefault(environment: [String: String]) -> String? {
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/roomtone/known_servers" }
        if let home = environment["HOME"], home.hasPrefix("/") { return home + "/.local/share/roomtone/known_servers" }
        return nil
    }

    /// The content; empty when there is no file yet. Throws ``RoomClientError`` (`knownServersUnusable`) when the
    /// file cannot be read, is not a plain file, is too large, or may be written by others.
    public func read() throws(RoomClientError) -> KnownServers {
        do throws(OwnedFile.Failure) {
            return KnownServers(parsing: try file.read() ?? "")
        } catch {
            throw Self.unusable(error)
        }
    }

    /// Reads, lets `change` decide under the writers' lock, and replaces the file if the content differs.
    public func update<Result>(
        _ change: (inout KnownServers) throws(RoomClientError) -> Result
    ) throws(RoomClientError) -> Result {
        try file.update(
            { (before: String?) throws(RoomClientError) in
                let known = KnownServers(parsing: before ?? "")
                var content = known
                let result = try change(&content)
                return (content == known ? nil : content.text, result)
            }, refusing: Self.unusable)
    }

    private var file: OwnedFile { OwnedFile(path: path, bytesMax: KnownServers.bytesMax, isSecret: false) }

    private static func unusable(_ failure: OwnedFile.Failure) -> RoomClientError {
        let advice =
            failure.advice
            ?? "set XDG_DATA_HOME to a folder of yours, or demand the server's certificate by its fingerprint."
        return RoomClientError(.knownServersUnusable, "\(failure): \(advice)")
    }
}
