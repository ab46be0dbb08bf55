import AudioTestSupport
import Foundation
import Testing

/// The full-screen client as people use it: real programs, keys into a terminal, and what the terminal shows.
@Suite(.timeLimit(.minutes(5))) struct InterfaceTests {
    @Test func `the first start asks who and where, shows the fingerprint, and the second asks nothing`() async throws {
        try await blocking {
            let server = try TestServer()
            let first = try server.firstStart("ada")
            try first.waitFor("Server", "Name", "Password")
            try Self.fillIn(first, server.address, "ada", "a password for ada")
            try first.waitFor("Is this your server?", "SHA256:")
            try first.press("y")
            try first.waitFor("ada · \(server.address)")
            #expect(try first.value("#{alternate_on}") == "1")
            try Self.leave(first)
            #expect(try first.waitForEnd() == 0)
            #expect(try first.value("#{alternate_on}") == "0")

            let second = try server.firstStart("ada")
            try second.waitFor("ada · \(server.address)")
        }
    }

    @Test func `a wrong password is said and can be mended`() async throws {
        try await blocking {
            let server = try TestServer()
            _ = try server.interface("ada")
            let screen = try server.firstStart("somebody")
            try screen.waitFor("Password")
            try Self.fillIn(screen, server.address, "ada", "not the password", registers: false)
            try screen.waitFor("Is this your server?")
            try screen.press("y")
            try screen.waitFor("! ", "Password")
        }
    }

    @Test func `two people write to each other, on several lines too`() async throws {
        try await blocking {
            let server = try TestServer()
            let (ada, bob) = (try server.interface("ada"), try server.interface("bob"))
            try ada.waitFor("bob")
            try ada.type("Guten Abend, schöne Grüße 👋")
            try ada.press("Enter")
            try bob.waitFor("ada Guten Abend, schöne Grüße 👋")
            try bob.paste("first line\nsecond line")
            try bob.press("Enter")
            try ada.waitFor("bob first line", "second line")
            // A word to one alone.
            try bob.type("/msg ada just for you")
            try bob.press("Enter")
            try ada.waitFor("@ bob")
        }
    }

    @Test func `a message is searched, and shown in its place`() async throws {
        try await blocking {
            let server = try TestServer()
            let ada = try server.interface("ada")
            try ada.type("the notes are under the plant")
            try ada.press("Enter")
            try ada.waitFor("ada the notes are under the plant")
            // The index follows what is written a moment later.
            var screen = ""
            for _ in 0..<20 where !screen.contains("1 of 1") {
                if screen.contains("Search:") { try Self.close(ada, "Search:") }
                try ada.type("/search plant")
                try ada.press("Enter")
                screen = try ada.waitFor("the search's answer") {
                    $0.contains("Search:") && !$0.contains("searching")
                }
            }
            #expect(screen.contains("1 of 1"))
            try ada.press("Enter")
            try ada.waitFor("closed search") { !$0.contains("1 of 1") && $0.contains("ada the notes") }
        }
    }

    @Test func `settings are changed inside, and are there at the next start`() async throws {
        try await blocking {
            let server = try TestServer()
            let ada = try server.interface("ada")
            try ada.press("F4")
            try ada.waitFor("Settings", "Talk key")
            for row in ["▸ Speaker", "▸ Test the microphone", "▸ Your voice is sent"] {
                try ada.press("Down")
                try ada.waitFor(row)
            }
            try ada.press("Right")
            try ada.waitFor("voice-activated")
            try Self.close(ada, "▸ Your voice is sent")
            try Self.leave(ada)
            #expect(try ada.waitForEnd() == 0)
            let again = try server.returning("ada")
            try again.press("F4")
            try again.waitFor("Settings", "voice-activated")
        }
    }

    @Test func `the one who made a room puts somebody out of it`() async throws {
        try await blocking {
            let server = try TestServer()
            let (ada, bob) = (try server.interface("ada"), try server.interface("bob"))
            try ada.type("/create Garden")
            try ada.press("Enter")
            try ada.waitFor("▸# Garden")
            try bob.press("F2")
            try bob.waitFor("# Garden")
            try bob.type("Garden")
            try bob.waitFor("▸# Garden")
            try bob.press("Enter")
            try ada.waitFor("Online 2", "• bob")
            // To the members, onto bob, and what may be done with him.
            try ada.press("F9")
            try ada.waitFor("Enter menu")
            try ada.press("Down", "Enter")
            // One key at a time: a screen that is not drawn yet would have them pressed twice.
            try ada.waitFor("Put out of the room")
            try ada.press("Down")
            try ada.waitFor("▸ Put out of the room")
            try ada.press("Enter")
            try ada.waitFor("Put bob out of the room?")
            try ada.type("flowers")
            try ada.press("Enter")
            try bob.waitFor("being put out") { $0.contains("flowers") || $0.contains("put out") }
        }
    }

    @Test func `every size is drawn, the smallest and a large one`() async throws {
        try await blocking {
            let server = try TestServer()
            let ada = try server.interface("ada")
            try ada.type("still here")
            try ada.press("Enter")
            try ada.waitFor("ada still here")
            for (columns, rows) in [(40, 10), (200, 60), (39, 10), (80, 24)] {
                try ada.resize(columns: columns, rows: rows)
                if columns < 40 {
                    try ada.waitFor("needs 40×10")
                } else {
                    let screen = try ada.waitFor("still here")
                    let longest = screen.split(separator: "\n").map(\.count).max() ?? 0
                    #expect(longest <= columns)
                }
            }
        }
    }

    @Test func `a lost server is said, and everything is back when it is`() async throws {
        try await blocking {
            let server = try TestServer()
            let ada = try server.interface("ada")
            try ada.type("before")
            try ada.press("Enter")
            try ada.waitFor("ada before")
            #expect(server.program.end(SIGKILL) == 128 + SIGKILL)
            try ada.waitFor("OFFLINE")
            let again = try server.startAgain()
            try ada.waitFor("the server's return") { !$0.contains("OFFLINE") && $0.contains("ada · ") }
            try ada.type("after")
            try ada.press("Enter")
            try ada.waitFor("ada before", "ada after")
            #expect(again.end(SIGTERM) == 0)
        }
    }

    @Test func `Ctrl-Z gives the terminal back to the shell, and fg brings the screen again`() async throws {
        try await blocking {
            let server = try TestServer()
            let registered = try server.interface("ada")
            try Self.leave(registered)
            var variables = server.environment("ada")
            variables["ROOMTONE_PASSWORD"] = nil
            variables["ROOMTONE"] = try Program.path(of: "roomtone")
            variables["PS1"] = "shell> "
            let shell = try TmuxScreen(["bash", "--norc", "--noprofile"], environment: variables)
            try shell.waitFor("shell>")
            try shell.type("\"$ROOMTONE\" --room General")
            try shell.press("Enter")
            try shell.waitFor("# General", "F1")
            try shell.press("C-z")
            try shell.waitFor("Stopped", "shell>")
            #expect(try shell.value("#{alternate_on} #{cursor_flag}") == "0 1")
            try shell.type("echo it is $((6 * 7))")
            try shell.press("Enter")
            try shell.waitFor("it is 42")
            try shell.type("fg")
            try shell.press("Enter")
            try shell.waitFor("# General", "F1")
            try Self.leave(shell)
            try shell.waitFor("the shell again") {
                try !$0.contains("F1 Help") && shell.value("#{alternate_on}") == "0"
            }
        }
    }

    /// The form of the first start.
    static func fillIn(
        _ screen: TmuxScreen, _ server: String, _ name: String, _ password: String, registers: Bool = true
    ) throws {
        try screen.type(server)
        try screen.press("Tab")
        // The system's name of this user may stand there.
        try screen.press("C-u")
        try screen.type(name)
        try screen.press("Tab")
        try screen.type(password)
        try screen.press("Tab")
        if registers {
            try screen.press("Space")
            try screen.waitFor("[x]")
        }
        try screen.press("Enter")
    }

    /// Esc, and what was open is gone: a key that followed at once would be one with Alt.
    static func close(_ screen: TmuxScreen, _ open: String) throws {
        try screen.press("Escape")
        try screen.waitFor("the end of “\(open)”") { !$0.contains(open) }
    }

    static func leave(_ screen: TmuxScreen) throws {
        try screen.press("C-c")
        try screen.waitFor("Leave Roomtone?")
        try screen.press("y")
    }
}
