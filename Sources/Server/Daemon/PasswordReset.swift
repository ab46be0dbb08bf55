import ChatStore
import Credentials
import Foundation
import Glibc
import Rooms

/// Gives an account a new password while no server runs. Of the old one only the hash is stored, and who cannot log in cannot
/// change it: without this an owner's would be lost with the server's ownership.
enum PasswordReset {
    struct Outcome: Equatable, Sendable {
        /// As the account writes it, whatever case was typed.
        let name: String
        let sessionsEndedCount: Int
    }

    /// Holds the directory's lock meanwhile, so that no server starts beside it. The new password holds to the rules of the
    /// configuration and is hashed at its cost. Whatever goes wrong, the account is as it was.
    /// - Parameter ask: the new password for the account of that name. Asked last, when nothing else is in the way; may block.
    static func run(
        name: String, configuration: DaemonConfiguration, directory: String,
        ask: (_ name: String) throws(DaemonError) -> String
    ) async throws(DaemonError) -> Outcome {
        let account: AccountName
        do { account = try AccountName(name) } catch { throw DaemonError("\(error)") }
        let database = directory + "/" + DataDirectory.databaseFile
        // A directory named by mistake gets no database, and one that may not be entered is not called empty.
        guard access(database, R_OK | W_OK) == 0 else {
            throw DaemonError(
                "\(database) cannot be used: \(String(cString: strerror(errno))); run this as the server's user, with its "
                    + "--config or --data-directory")
        }
        try DataDirectory.prepare(directory)
        let lock = try DataDirectoryLock(directory)
        defer { lock.release() }
        let store: ChatStore
        do { store = try await ChatStore.open(path: database) } catch { throw DaemonError("\(error)") }
        let outcome: Result<Outcome, DaemonError>
        do throws(DaemonError) {
            outcome = .success(try await reset(account, in: store, configuration, ask))
        } catch {
            outcome = .failure(error)
        }
        // What was written is on the disk, however the closing goes.
        try? await store.close()
        return try outcome.get()
    }

    private static func reset(
        _ name: AccountName, in store: ChatStore, _ configuration: DaemonConfiguration,
        _ ask: (String) throws(DaemonError) -> String
    ) async throws(DaemonError) -> Outcome {
        let found: Account?
        do { found = try await store.account(nameKey: name.key) } catch { throw DaemonError("\(error)") }
        guard let account = found else { throw DaemonError("there is no account “\(name.display)” on this server") }
        let typed = try ask(account.name)
        let password: Password
        do {
            password = try Password(typed, charactersMin: configuration.rooms.passwordCharactersMin)
        } catch {
            throw DaemonError("\(error)")
        }
        do {
            let hasher = try PasswordHasher(configuration.hashing)
            defer { hasher.stop() }
            let hash = try await hasher.hash(password)
            let endedCount = try await store.resetPassword(of: account.id, hash: hash, at: Date())
            return Outcome(name: account.name, sessionsEndedCount: endedCount)
        } catch {
            throw DaemonError("the password could not be stored: \(error)")
        }
    }
}
