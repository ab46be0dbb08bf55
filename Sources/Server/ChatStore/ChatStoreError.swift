import GRDB

/// Why the store did not do what it was asked.
public struct ChatStoreError: Error, Equatable, Sendable, CustomStringConvertible {
    public enum Code: String, Sendable {
        /// Another account has that name (or one that differs only by case or form).
        case nameTaken
        /// Another room has that number or that name.
        case roomExists
        /// As many accounts or rooms as may be.
        case limitReached
        /// The account, the room or whatever else it is about is gone.
        case notFound
        /// The file cannot be opened or written just now: permissions, or another process holds it.
        case databaseUnavailable
        /// There is no room left on its disk: nothing was written, and reading goes on.
        case diskFull
        /// The file is not a database of ours, or is damaged.
        case databaseDamaged
        /// The file was written by a later version of the program.
        case databaseTooNew
        /// The calling task was cancelled; nothing was written.
        case cancelled
    }

    public let code: Code
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }

    /// What SQLite said, sorted by what the caller can do about it.
    init(_ error: any Error) {
        switch error {
        case let error as ChatStoreError:
            self = error
        case is CancellationError:
            self.init(.cancelled, "the request was cancelled")
        case let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY:
            self.init(.notFound, "what this belongs to is gone")
        case let error as DatabaseError:
            let text = error.message ?? "SQLite error \(error.resultCode.rawValue)"
            switch error.resultCode {
            case .SQLITE_NOTADB, .SQLITE_CORRUPT: self.init(.databaseDamaged, text)
            case .SQLITE_FULL: self.init(.diskFull, text)
            default: self.init(.databaseUnavailable, text)
            }
        default:
            self.init(.databaseUnavailable, String(describing: error))
        }
    }
}
