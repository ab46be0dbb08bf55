/// The content of a credentials file: the sessions of one person, on any number of servers.
///
/// One account a line, five fields with a space between, the name last because it may hold spaces; `#` starts a comment
/// line:
///
///     HOST:PORT TOKEN SESSION default,plaintext NAME
///
/// The fourth field is `-` when nothing of it holds. Lines that cannot be read stay as they are and count for nothing.
public struct Credentials: Equatable, Sendable {
    /// Longest file that is read, in bytes.
    public static let bytesMax = 1_048_576
    /// Most accounts that are kept; a new one past this is refused with what to do.
    public static let accountsMax = 1_024

    private var lines: [String]

    /// An empty file.
    public init() { lines = [] }

    /// Never fails: what cannot be read is kept.
    public init(parsing text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
    }

    /// The file's text, newline after every line.
    public var text: String { lines.map { $0 + "\n" }.joined() }

    /// In the order of the file.
    public var accounts: [StoredAccount] { lines.compactMap(Self.parse) }

    /// The account meant. Names are compared whatever their case; what is nil is not compared.
    ///
    /// With neither, the default one. Of several that fit, the default one, else the only one; else nobody can tell.
    public func find(server: ServerAddress?, username: String?) throws(RoomClientError) -> StoredAccount? {
        let fitting = accounts.filter { account in
            (server == nil || account.server == server)
                && (username == nil || Self.isSame(account.username, username ?? ""))
        }
        if let account = fitting.first(where: \.isDefault) { return account }
        guard fitting.count > 1 else { return fitting.first }
        let names = fitting.prefix(Self.namedMax).map { "\($0.username) on \($0.server)" }
        throw RoomClientError(
            .credentialsUnusable,
            "several stored accounts fit: \(names.joined(separator: ", ")). Choose with --server and --user.")
    }

    /// Puts the account in, or in its line's place. The first one is the default, whatever it says; a new default takes
    /// the mark from the old one.
    public mutating func store(_ account: StoredAccount) throws(RoomClientError) {
        var account = account
        let others = accounts.filter { !Self.isSame($0, account) }
        guard others.count < Self.accountsMax else {
            throw RoomClientError(
                .credentialsUnusable, "\(Self.accountsMax) accounts are stored already: log out of some.")
        }
        if others.allSatisfy({ !$0.isDefault }) { account.isDefault = true }
        if account.isDefault { unmark() }
        let line = Self.line(of: account)
        if let index = lines.firstIndex(where: { Self.parse($0).map { Self.isSame($0, account) } ?? false }) {
            lines[index] = line
            return
        }
        if lines.isEmpty { lines.append(Self.header) }
        lines.append(line)
    }

    /// Forgets the account; when it was the default, the first of the others becomes it.
    public mutating func remove(server: ServerAddress, username: String) {
        lines.removeAll { line in
            guard let account = Self.parse(line) else { return false }
            return account.server == server && Self.isSame(account.username, username)
        }
        let left = accounts
        guard var heir = left.first, !left.contains(where: \.isDefault) else { return }
        heir.isDefault = true
        if let index = lines.firstIndex(where: { Self.parse($0) != nil }) { lines[index] = Self.line(of: heir) }
    }

    private mutating func unmark() {
        for (index, line) in lines.enumerated() {
            guard var account = Self.parse(line), account.isDefault else { continue }
            account.isDefault = false
            lines[index] = Self.line(of: account)
        }
    }

    private static func line(of account: StoredAccount) -> String {
        var marks: [String] = []
        if account.isDefault { marks.append(defaultMark) }
        if account.isPlaintext { marks.append(plaintextMark) }
        let mark = marks.isEmpty ? "-" : marks.joined(separator: ",")
        return "\(account.server) \(account.sessionToken) \(account.sessionID) \(mark) \(account.username)"
    }

    private static func parse(_ line: String) -> StoredAccount? {
        guard !line.hasPrefix("#") else { return nil }
        let fields = line.split(separator: " ", maxSplits: 4).map(String.init)
        guard fields.count == 5, let server = try? ServerAddress(parsing: fields[0]), let session = UInt64(fields[2]),
            fields[1].utf8.allSatisfy(isTokenByte)
        else { return nil }
        let marks = fields[3].split(separator: ",")
        return StoredAccount(
            server: server, username: fields[4], sessionToken: fields[1], sessionID: session,
            isPlaintext: marks.contains { $0 == plaintextMark }, isDefault: marks.contains { $0 == defaultMark })
    }

    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"):
            true
        default: false
        }
    }

    private static func isSame(_ first: StoredAccount, _ second: StoredAccount) -> Bool {
        first.server == second.server && isSame(first.username, second.username)
    }

    private static func isSame(_ first: String, _ second: String) -> Bool {
        first.lowercased() == second.lowercased()
    }

    private static let defaultMark = "default"
    private static let plaintextMark = "plaintext"
    /// Most accounts that an error names.
    private static let namedMax = 5
    private static let header = "# Roomtone sessions, secret: HOST:PORT, token, session number, marks, name."
}
