import Foundation
import Logging
import Synchronization
import Testing

@testable import Daemon

@Suite struct LogTests {
    /// What was written.
    private final class Paper: Sendable {
        private let held = Mutex<[String]>([])
        var lines: [String] { held.withLock { $0 } }
        func take(_ line: String) { held.withLock { $0.append(line) } }
    }

    private func logger(
        _ module: LogModule, _ format: LogFormat, _ levels: LogLevels, _ paper: Paper
    ) -> Logger {
        Logger(label: module.label) { label in
            DaemonLogHandler(label: label, format: format, levels: levels) { paper.take($0) }
        }
    }

    @Test func levelsAreEachModulesOwnAndChangeWhileItRuns() {
        let (levels, paper) = (LogLevels(), Paper())
        let cache = logger(.cache, .text, levels, paper)
        let rooms = logger(.rooms, .text, levels, paper)
        cache.debug("too low")
        levels.set(.debug, of: .cache)
        cache.debug("heard")
        rooms.debug("still too low")
        levels.set(nil, of: .cache)
        cache.debug("too low again")
        levels.set(general: .error, modules: [.rooms: .trace])
        cache.warning("below")
        rooms.trace("heard too")
        #expect(paper.lines.count == 2)
        #expect(paper.lines.first?.hasSuffix(" debug cache: heard\n") == true)
        #expect(paper.lines.last?.hasSuffix(" trace rooms: heard too\n") == true)
    }

    @Test func jsonIsALineAndReadsBack() throws {
        let (levels, paper) = (LogLevels(), Paper())
        logger(.daemon, .json, levels, paper).warning(
            "two\nlines and “quotes” \"\\", metadata: ["b": "2\t", "a": .array(["x", .dictionary(["k": "v"])])])
        let line = try #require(paper.lines.first)
        #expect(line.hasSuffix("\n") && line.count { $0.isNewline } == 1)
        let object = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        #expect(object["level"] as? String == "warning" && object["module"] as? String == "daemon")
        #expect(object["message"] as? String == "two\nlines and “quotes” \"\\")
        #expect((object["metadata"] as? [String: String])?["b"] == "2\t")
        let time = try #require(object["time"] as? String)
        #expect(try Date(time, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)) < .now)
    }

    @Test func textIsOneLineWhateverIsInIt() throws {
        let (levels, paper) = (LogLevels(), Paper())
        logger(.voice, .text, levels, paper).info("a\u{1B}[31m\nb", metadata: ["k": "1\r\n2", "a": "x"])
        let line = try #require(paper.lines.first)
        #expect(line.hasSuffix(" info voice: a [31m b a=x k=1  2\n"), "\(line)")
    }

    @Test func levelsAreReadFromTheConfiguration() throws {
        let configuration = try DaemonConfiguration.load(
            environment: ["ROOMTONE_LOG_LEVELS": "cache=trace, rooms=error", "ROOMTONE_LOG_FORMAT": "json"])
        #expect(configuration.logLevels == [.cache: .trace, .rooms: .error] && configuration.logFormat == .json)
        for wrong in ["cache", "cache=loud", "cellar=info", "cache=", "=info", "cache=info=debug"] {
            #expect(throws: ConfigurationError.self, "\(wrong)") {
                try DaemonConfiguration.load(environment: ["ROOMTONE_LOG_LEVELS": wrong])
            }
        }
    }
}
