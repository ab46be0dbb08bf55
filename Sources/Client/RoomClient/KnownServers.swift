/// The content of a known-servers file: which certificate each server showed when it was first met.
///
/// One server a line, three fields with a space between, `#` starts a comment line:
///
///     HOST:PORT SHA256:AB:CD:… 2026-01-31T12:00:00Z
///     HOST:PORT authority 2026-01-31T12:00:00Z
///
/// `authority` remembers that the certificate was signed by an authority the system trusts, so that an unsigned one
/// is not taken for a first meeting. Lines that cannot be read stay as they are; a line that names a server and
/// cannot be read counts as that server's, and refuses it.
public struct KnownServers: Equatable, Sendable {
    /// Longest file that is read, in bytes.
    public static let bytesMax = 1_048_576
    /// Most servers that are remembered; a new one past this is refused with what to do.
    public static let entriesMax = 4_096

    /// What the file says about one server. Lines count from 1.
    public enum Lookup: Equatable, Sendable {
        case unknown
        case pinned(CertificateFingerprint, line: Int)
        case authority(line: Int)
        case unreadable(line: Int)
    }

    /// What may be remembered of a server.
    public enum Identity: Equatable, Sendable {
        case pinned(CertificateFingerprint)
        case authority
    }

    private var lines: [String]

    /// An empty file.
    public init() { lines = [] }

    /// Never fails: what cannot be read is kept.
    public init(parsing text: String) {
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        if lines.last == "" { lines.removeLast() }
    }

    /// The file's text, newline after every line.
    public var text: String {
        lines.map { $0 + "\n" }.joined()
    }

    /// How many servers are remembered.
    public var entryCount: Int {
        lines.count { if case .entry = Self.parse($0) { true } else { false } }
    }

    /// The first line that names the server decides.
    public func lookup(_ server: ServerAddress) -> Lookup {
        let name = server.description
        for (index, line) in lines.enumerated() where Self.serverName(of: line) == name {
            switch Self.parse(line) {
            case .entry(.pinned(let fingerprint)): return .pinned(fingerprint, line: index + 1)
            case .entry(.authority): return .authority(line: index + 1)
            case .unreadable: return .unreadable(line: index + 1)
            case .comment: continue
            }
        }
        return .unknown
    }

    /// Puts the server in, or in its line's place; false when the file is full (``entriesMax``).
    ///
    /// `date` is an ISO 8601 time for people; nothing is decided by it.
    public mutating func remember(_ server: ServerAddress, as identity: Identity, date: String) -> Bool {
        let subject =
            switch identity {
            case .pinned(let fingerprint): fingerprint.description
            case .authority: Self.authorityWord
            }
        let line = "\(server) \(subject) \(date)"
        if let index = lines.firstIndex(where: { Self.serverName(of: $0) == server.description }) {
            lines[index] = line
            return true
        }
        guard entryCount < Self.entriesMax else { return false }
        if lines.isEmpty { lines.append(Self.header) }
        lines.append(line)
        return true
    }

    private enum Line: Equatable {
        case comment, unreadable
        case entry(Identity)
    }

    private static func parse(_ line: String) -> Line {
        if line.hasPrefix("#") || line.allSatisfy(\.isWhitespace) { return .comment }
        let fields = line.split(separator: " ")
        guard fields.count == 3, let name = serverName(of: line), (try? ServerAddress(parsing: name)) != nil else {
            return .unreadable
        }
        if fields[1] == authorityWord { return .entry(.authority) }
        guard let fingerprint = CertificateFingerprint(parsing: String(fields[1])) else { return .unreadable }
        return .entry(.pinned(fingerprint))
    }

    private static func serverName(of line: String) -> String? {
        guard !line.hasPrefix("#") else { return nil }
        return line.split(whereSeparator: \.isWhitespace).first.map { $0.lowercased() }
    }

    private static let authorityWord = "authority"
    private static let header =
        "# Roomtone known servers: HOST:PORT, certificate fingerprint or “authority”, first met."
}
