import Testing

@testable import VoiceStateCache

@Suite struct CacheReporterTests {
    private func lines(_ conditions: [VoiceStateCacheCondition]) -> [CacheReporter.Line] {
        var reporter = CacheReporter()
        var lines: [CacheReporter.Line] = []
        for condition in conditions {
            var figures = VoiceStateCacheFigures()
            figures.condition = condition
            lines += reporter.lines(figures)
        }
        return lines
    }

    private let notice = CacheReporter.Line.notice("Redis has the state of voice")

    @Test func eachConditionIsSaidWhenItBeginsAndAllOfThemWhenTheyAreOver() {
        let away = VoiceStateCacheCondition.away(cause: "no answer in time")
        let refused = VoiceStateCacheCondition.refused(cause: "OOM")
        let said = lines([.filling, away, refused, away, refused, .current, .current, away, .current])
        let awayLine = CacheReporter.Line.warning(
            "Redis is away: no answer in time; voice and text go on without it")
        let refusedLine = CacheReporter.Line.warning(
            "Redis does not take the state of voice: OOM; voice and text go on without it")
        #expect(said == [awayLine, refusedLine, notice, awayLine, notice])
    }

    @Test func anOtherServerIsSaidWithTheSettingThatNamesThisOne() {
        let contested = VoiceStateCacheCondition.contested(serverName: "voice1")
        let said = lines([.filling, .current, contested, contested, .away(cause: "x"), contested, .current])
        #expect(said.count == 4 && said.first == notice && said.last == notice)
        guard case .warning(let text) = said[1] else {
            Issue.record("\(said)")
            return
        }
        #expect(text.contains("under the name voice1 (cache.server_name)"))
    }

    @Test func anOverflowIsSaidEachTime() {
        var reporter = CacheReporter()
        var figures = VoiceStateCacheFigures()
        figures.condition = .current
        _ = reporter.lines(figures)
        figures.overflows = 1
        let first = reporter.lines(figures)
        let same = reporter.lines(figures)
        #expect(first.count == 1 && same.isEmpty)
    }
}
