import Testing

@testable import Operations

@Suite(.timeLimit(.minutes(1))) struct ReadinessTests {
    @Test func eachCheckHasItsReason() async {
        let readiness = Readiness()
        readiness.add(ReadinessCheck("good") { nil })
        readiness.add(ReadinessCheck("bad") { "the disk is full" })
        #expect(
            await readiness.findings() == [
                Readiness.Finding(name: "good", reason: nil),
                Readiness.Finding(name: "bad", reason: "the disk is full"),
                Readiness.Finding(name: "draining", reason: nil),
            ])
        readiness.beginDraining()
        #expect(await readiness.findings().last?.reason == "the server is stopping")
    }

    /// Whoever asks again is told at once, and the check is not begun a second time.
    @Test func aCheckThatHangsIsTheReasonAndHoldsUpNobody() async {
        let (gate, opening) = AsyncStream.makeStream(of: Void.self)
        let (begun, beginning) = AsyncStream.makeStream(of: Void.self)
        let readiness = Readiness(timeout: .milliseconds(20))
        readiness.add(
            ReadinessCheck("stuck") {
                beginning.yield()
                for await _ in gate { break }
                return nil
            })
        #expect(await readiness.findings().first?.reason?.hasPrefix("no answer") == true)
        #expect(await readiness.findings().first?.reason?.hasPrefix("no answer") == true)
        opening.yield()
        // Once it has answered, it is asked anew.
        opening.finish()
        while await readiness.findings().first?.reason != nil {}
        beginning.finish()
        var count = 0
        for await _ in begun { count += 1 }
        #expect(count >= 2)
    }
}
