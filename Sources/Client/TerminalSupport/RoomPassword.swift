import LockFree
import Synchronization

/// A room's password: as given, or asked for once and kept for the reconnects.
public actor RoomPassword {
    public static let variable = "ROOMTONE_ROOM_PASSWORD"

    private var known: String?
    private let prompt: TerminalPrompt

    public init(given: String?, prompt: TerminalPrompt) {
        known = given
        self.prompt = prompt
    }

    /// Nil when there is none and nobody to ask. Asks before anything else uses the terminal, and only then.
    public func password(ofRoom name: String) async -> String? {
        if known == nil && prompt.isPossible {
            known = await ask("Password of the room “\(TerminalText.name(name))”: ")
        }
        return known
    }

    /// A person thinks longer than a shared thread may be kept: the connection answers pings meanwhile.
    private func ask(_ question: String) async -> String? {
        let answer = Mutex<String?>(nil)
        let prompt = prompt
        let thread = try? DedicatedThread(name: "prompt") {
            let given = try? prompt.ask(question, isSecret: true)
            answer.withLock { $0 = given }
        }
        await thread?.ended()
        return answer.withLock { $0 }
    }
}
