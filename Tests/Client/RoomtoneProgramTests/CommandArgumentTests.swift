import ArgumentParser
import Testing

@testable import roomtone

struct CommandArgumentTests {
    @Test(arguments: [
        ["send", "--room", "General", "hello", "world"], ["send", "--with", "ada", "--reply-to", "#3", "hi"],
        ["private", "ada", "hi"], ["history", "--room", "1", "--before", "9", "--limit", "5", "--json"],
        ["search", "coffee", "from:ada", "--rank"], ["rooms"], ["rooms", "list", "--json"],
        ["rooms", "create", "Lounge", "--kind", "private", "--room-password", "x", "--slow-mode", "5"],
        ["rooms", "join", "--invitation", "abc"], ["users", "--room", "General"], ["mark-read", "--room", "1", "#7"],
        ["admin", "mute", "ada", "--room", "1", "--for", "10m", "--reason", "noise"],
        ["admin", "ban", "--address", "192.0.2.0/24", "--for", "7d"], ["admin", "role", "ada", "moderator"],
        ["admin", "override", "--room", "1", "--role", "guest", "--allow", "write,speak"],
        ["admin", "retention", "--room", "1", "--days", "30"], ["talk", "--room", "General"],
        ["login", "--server", "chat.example.org", "--user", "ada", "--default"], ["logout", "--everywhere"],
        ["follow", "--room", "General", "--limit", "10"], ["admin", "claim-ownership", "0a1b"], [], ["--plain"],
        ["--server", "chat.example.org", "--user", "ada"], ["ui", "--room", "General", "--output", "heard.wav"],
    ])
    func `the page's examples are understood`(words: [String]) throws {
        _ = try Roomtone.parseAsRoot(words)
    }

    @Test(arguments: [
        ["send", "hello"], ["send", "--room", "1", "--with", "ada", "hello"], ["edit", "0", "text"],
        ["edit", "twelve", "text"], ["search"], ["search", "x", "--rank", "--before", "4"], ["rooms", "join"],
        ["rooms", "join", "1", "--invitation", "x"], ["users", "--limit", "0"], ["admin", "role", "ada", "king"],
        ["admin", "override", "--room", "1", "--role", "guest", "--allow", "wrte"],
        ["rooms", "create", "x", "--kind", "secret"], ["nonsense"],
    ])
    func `what makes no sense is refused with status 64`(words: [String]) {
        #expect {
            _ = try Roomtone.parseAsRoot(words)
        } throws: {
            Roomtone.exitCode(for: $0).rawValue == 64
        }
    }
}
