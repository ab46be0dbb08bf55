import ChatStore
import Credentials
import Identifiers
import Synchronization

/// Whose names stand in texts: names that were found once are not looked up again.
final class MentionNames: Sendable {
    private let store: ChatStore
    private let knownMax: Int
    /// By name key. Accounts keep their names for good.
    private let known = Mutex<[String: UserID]>([:])

    /// - Parameter knownMax: names remembered; past it they are looked up again.
    init(store: ChatStore, knownMax: Int = TextLimits.lookupsMax) {
        self.store = store
        self.knownMax = knownMax
    }

    var knownCount: Int { known.withLock { $0.count } }

    /// The accounts that a text mentions, by number, and whether it names more than count.
    /// - Parameter max: names looked up; further ones are text.
    func mentioned(
        in text: String, max: Int
    ) async throws(ChatStoreError) -> (users: [UserID], isCut: Bool) {
        var keys: Set<String> = []
        var isCut = false
        for name in MentionParser.names(in: text) {
            guard let key = try? AccountName(name).key, !keys.contains(key) else { continue }
            guard keys.count < max else {
                isCut = true
                break
            }
            keys.insert(key)
        }
        guard !keys.isEmpty else { return ([], isCut) }
        var found = known.withLock { known in keys.compactMap { key in known[key].map { (key, $0) } } }
        let unknown = keys.subtracting(found.map(\.0))
        if !unknown.isEmpty {
            let looked = try await store.accountIDs(nameKeys: Array(unknown))
            remember(looked)
            found += looked.map { ($0.key, $0.value) }
        }
        return (found.map(\.1).sorted { $0.rawValue < $1.rawValue }, isCut)
    }

    private func remember(_ names: [String: UserID]) {
        known.withLock { known in
            if known.count + names.count > knownMax { known = [:] }
            for (key, user) in names.prefix(knownMax) { known[key] = user }
        }
    }
}
