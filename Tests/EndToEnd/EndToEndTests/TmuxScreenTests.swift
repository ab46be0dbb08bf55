import AudioTestSupport
import Testing

/// The terminal that all tests of the full-screen client look at, with programs of the system in it.
@Suite(.timeLimit(.minutes(2))) struct TmuxScreenTests {
    @Test func `keys go in, the screen comes out, and so does the end`() async throws {
        try await blocking {
            let screen = try TmuxScreen(
                ["sh", "-c", "printf 'name? '; read name; echo \"$GREETING $name\"; read line; exit 3"],
                environment: ["GREETING": "good day"])
            try screen.waitFor("name?")
            try screen.type("Ada Ω")
            try screen.press("Enter")
            let shown = try screen.waitFor("good day Ada Ω")
            #expect(shown.hasPrefix("name? Ada Ω\ngood day Ada Ω\n"))
            try screen.press("Enter")
            #expect(try screen.waitForEnd() == 3)
        }
    }

    @Test func `bytes arrive as they are, and pastes as the program asks for them`() async throws {
        try await blocking {
            let screen = try TmuxScreen(
                ["sh", "-c", "stty -echo -icanon min 1; printf '\\033[?2004hready\\n'; exec od -An -c -v -w1"])
            try screen.waitFor("ready")
            try screen.feed("\u{1B}[32;1:3u")
            try screen.waitFor("033", "[", ":", "u")
            try screen.paste("zz")
            try screen.waitFor("a paste between marks") { $0.filter { $0 == "z" }.count == 2 && $0.contains("~") }
        }
    }

    @Test func `another size is told to the program`() async throws {
        try await blocking {
            let screen = try TmuxScreen(
                ["sh", "-c", "trap 'stty size' WINCH; echo ready; while :; do read line; done"], columns: 40, rows: 10)
            try screen.waitFor("ready")
            try screen.resize(columns: 100, rows: 30)
            try screen.waitFor("30 100")
        }
    }
}
