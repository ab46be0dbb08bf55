import ControlWire
import Identifiers
import LoadSupport
import SyntheticSpeakers

/// The simulated people of a run: their accounts, connections and rooms. On the clients' loop only.
final class Crowd {
    /// One of them, logged in.
    struct Person {
        let number: Int
        let user: UserID
        let name: String
        let connection: LoadConnection
    }

    /// Where a person is in voice.
    struct Seat {
        let room: RoomID
        let engine: SpeakerEngine
        let speaker: SpeakerID
    }

    let server: LoadServer
    /// In all names of this run: nobody else's rooms are touched.
    let run: String
    /// Once as they came, by number; they stay logged in between the steps of a search.
    var people: [Int: Person] = [:]
    /// Accounts to come with, by their numbers; nil when none are kept from run to run.
    var accounts: [Int: StoredAccounts.Account]?
    /// Of those who are in voice, by their numbers.
    var seats: [Int: Seat] = [:]
    /// Rooms by their numbers on the wire.
    var roomNumbers: [UInt16: UInt64] = [:]
    /// Made by the person with the same number, who takes them away again.
    var rooms: [(room: RoomID, keeper: Person)] = []
    /// Who talks when; nil while nobody does.
    var conversations: Conversations?
    /// How long the server made registrations and new rooms wait, in all.
    var waited: Duration = .zero

    init(server: LoadServer, run: String, accounts: [StoredAccounts.Account]?) {
        self.server = server
        self.run = run
        self.accounts = accounts.map {
            Dictionary(uniqueKeysWithValues: $0.enumerated().map { ($0.offset, $0.element) })
        }
    }

    func name(ofUser number: Int) -> String { "load-\(run)-\(number + 1)" }

    /// How that user logs in: with an account that is there already, or with a new one.
    func login(ofUser number: Int) -> ControlMessage {
        if let account = accounts?[number] { return .resume(sessionToken: account.token) }
        // Nobody logs in with the password again, and nobody else shall.
        let password = (0..<16).map { _ in UInt8.random(in: 0...255) }.hexadecimalPairs.joined()
        return .register(
            username: name(ofUser: number), password: password, device: accounts == nil ? nil : "roomtone-load")
    }

    /// Connections that ended by themselves.
    var lostCount: Int { people.values.count { $0.connection.isLost } }
}
