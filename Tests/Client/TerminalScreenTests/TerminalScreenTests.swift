import CellScreen
import Glibc
import KeyInput
import TerminalScreen
import TerminalSupport
import TestSupport
import Testing

/// A process has one set of signal handlers, and one terminal to rescue.
@Suite(.serialized, .timeLimit(.minutes(2))) struct TerminalScreenTests {
    @Test func `a terminal is taken, shown a grid, and left as it was found`() async throws {
        let taken = try TakenTerminal()
        #expect(taken.pair.mode.c_lflag & tcflag_t(ICANON | ECHO | ISIG | IEXTEN) == 0)
        #expect(taken.screen.size == (40, 10))
        taken.show("Guten Tag")
        let shown = String(decoding: await taken.pair.read(to: "Tag"), as: UTF8.self)
        #expect(shown.hasPrefix("\u{1B}[?1049h\u{1B}[22;0;0t\u{1B}[?2004h\u{1B}[?1004h\u{1B}[8l\u{1B}[?u\u{1B}[c"))
        await taken.screen.close()
        #expect(await taken.pair.shows(TakenTerminal.leaving))
        #expect(taken.isModeRestored)
    }

    @Test func `keys come as keys, Ctrl-C, Ctrl-Z and Ctrl-S too`() async throws {
        let taken = try TakenTerminal()
        var events = taken.screen.events.makeAsyncIterator()
        taken.pair.type("é\u{3}\u{1A}\u{13}\r\u{1B}[A")
        let expected: [(Key, KeyModifiers)] = [
            (.character("é"), []), (.character("c"), .control), (.character("z"), .control),
            (.character("s"), .control), (.enter, []), (.up, []),
        ]
        for (key, modifiers) in expected {
            #expect(await events.next() == .input(.key(KeyStroke(key, modifiers), .press)))
        }
        // Alone, and known as the key when nothing follows.
        taken.pair.type("\u{1B}")
        #expect(await events.next() == .input(.key(KeyStroke(.escape), .press)))
        await taken.screen.close()
        #expect(await events.next() == nil)
    }

    @Test func `only a terminal that says it can is told to report releases, and told to stop`() async throws {
        for hasKeyboard in [true, false] {
            let taken = try TakenTerminal()
            var events = taken.screen.events.makeAsyncIterator()
            _ = await taken.pair.read(to: "\u{1B}[c")
            taken.pair.type((hasKeyboard ? "\u{1B}[?0u" : "") + "\u{1B}[?62;22c")
            #expect(await events.next() == .input(.reportsReleases(hasKeyboard)))
            if hasKeyboard { #expect(await taken.pair.shows("\u{1B}[>31u")) }
            taken.pair.type("\u{1B}[32;1:3u")
            #expect(await events.next() == .input(.key(KeyStroke(.character(" ")), .release)))
            await taken.screen.close()
            let left = String(decoding: await taken.pair.read(to: TakenTerminal.leaving), as: UTF8.self)
            #expect(left.contains("\u{1B}[<u") == hasKeyboard)
            #expect(!left.contains("\u{1B}[>31u"))
        }
    }

    @Test func `another size is told, and the next grid is drawn whole`() async throws {
        let taken = try TakenTerminal()
        var events = taken.screen.events.makeAsyncIterator()
        taken.show("before")
        _ = await taken.pair.read(to: "before")
        taken.pair.setSize(columns: 100, rows: 30)
        kill(getpid(), SIGWINCH)
        #expect(await events.next() == .resized(columns: 100, rows: 30))
        taken.show("before", columns: 100, rows: 30)
        #expect(await taken.pair.shows("before"))
        await taken.screen.close()
    }

    @Test(arguments: [SIGTERM, SIGHUP, SIGINT, SIGQUIT])
    func `a signal to end is told, and given back at the end`(number: Int32) async throws {
        let outer = try SignalPipe([number])
        let taken = try TakenTerminal()
        var events = taken.screen.events.makeAsyncIterator()
        kill(getpid(), number)
        #expect(await events.next() == .interrupted)
        await taken.screen.close()
        kill(getpid(), number)
        var watched = pollfd(fd: outer.descriptor, events: Int16(POLLIN), revents: 0)
        #expect(poll(&watched, 1, 10_000) == 1)
    }

    @Test func `going on after a stop that nobody announced takes the terminal again`() async throws {
        let taken = try TakenTerminal()
        taken.show("drawn")
        _ = await taken.pair.read(to: "drawn")
        var cooked = taken.modeBefore
        tcsetattr(taken.pair.device, TCSANOW, &cooked)
        kill(getpid(), SIGCONT)
        let shown = String(decoding: await taken.pair.read(to: "drawn"), as: UTF8.self)
        #expect(shown.contains("\u{1B}[?1049h"))
        #expect(taken.pair.mode.c_lflag & tcflag_t(ICANON) == 0)
        await taken.screen.close()
        #expect(taken.isModeRestored)
    }

    @Test func `the bell rings`() async throws {
        let taken = try TakenTerminal()
        taken.screen.ring()
        #expect(await taken.pair.shows("\u{7}"))
        await taken.screen.close()
    }

    @Test func `what is no terminal is refused with what to do`() throws {
        let pair = try PseudoTerminal()
        var ends: [Int32] = [0, 0]
        try #require(pipe(&ends) == 0)
        for (input, output) in [(ends[0], pair.device), (pair.device, ends[1])] {
            #expect {
                _ = try TerminalScreen(input: input, output: output, environment: ["TERM": "xterm"])
            } throws: {
                ($0 as? CommandFailure)?.description.contains("--plain") == true
            }
        }
        for descriptor in ends { close(descriptor) }
    }

    @Test func `the end of the terminal is told`() async throws {
        var (master, device): (Int32, Int32) = (0, 0)
        try #require(openpty(&master, &device, nil, nil, nil) == 0)
        let screen = try TerminalScreen(input: device, output: device, environment: ["TERM": "xterm"])
        var events = screen.events.makeAsyncIterator()
        close(master)
        #expect(await events.next() == .gone)
        screen.show(TakenTerminal.grid("nobody"))
        await screen.close()
        close(device)
    }
}
