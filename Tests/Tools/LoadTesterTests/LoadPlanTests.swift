import Testing

@testable import LoadTester

@Suite("Everybody has a room, a time and a part")
struct LoadPlanTests {
    @Test("all rooms are full, and have their speakers", arguments: [1, 3, 20])
    func rooms(roomCount: Int) {
        let plan = Self.plan { $0.roomCount = roomCount }
        var (users, speakers) = ([Int](repeating: 0, count: roomCount), [Int](repeating: 0, count: roomCount))
        for number in 0..<plan.steadyCount {
            let room = plan.room(ofUser: number)
            users[room] += 1
            guard let speaker = plan.speaker(ofUser: number) else { continue }
            speakers[room] += 1
            #expect(plan.user(at: speaker, inRoom: room) == number)
        }
        #expect(users.allSatisfy { $0 == 10 })
        #expect(speakers.allSatisfy { $0 == 4 })
        // Whoever makes a room sits in it.
        for room in 0..<roomCount { #expect(plan.room(ofUser: room) == room) }
    }

    @Test("arrivals are evenly spaced")
    func ramp() {
        let plan = Self.plan { $0.rampPerSecond = 50 }
        #expect(plan.arrival(ofUser: 0) == .zero)
        #expect(plan.arrival(ofUser: 25) == .milliseconds(500))
    }

    @Test("nobody comes back before their last visit is over", arguments: [1, 7, 100])
    func visits(perSecond: Int) {
        let plan = Self.plan { $0.churnPerSecond = perSecond }
        var lastVisit: [Int: Duration] = [:]
        for number in 0..<plan.churnerCount * 4 {
            let visit = plan.visit(number)
            #expect((plan.steadyCount..<plan.personCount).contains(visit.person))
            #expect((plan.options.roomCount..<plan.roomCount).contains(visit.room))
            if let last = lastVisit[visit.person] {
                #expect(visit.due - last >= .seconds(LoadPlan.visitSeconds) - .milliseconds(1))
            }
            lastVisit[visit.person] = visit.due
        }
        #expect(plan.visit(perSecond).due == .seconds(1))
    }

    @Test("without a churn there are neither rooms nor people for one")
    func noChurn() {
        let plan = Self.plan { _ in }
        #expect(plan.churnerCount == 0)
        #expect(plan.churnRoomCount == 0)
        #expect(plan.personCount == plan.steadyCount)
    }

    @Test("loopback addresses are valid, and no more than 50 users share one")
    func addresses() {
        var usersOf: [String: Int] = [:]
        for number in 0..<LoadOptions.usersMax { usersOf[LoadServer.loopbackAddress(ofUser: number), default: 0] += 1 }
        #expect(usersOf.values.allSatisfy { $0 == 50 })
        for address in usersOf.keys {
            let parts = address.split(separator: ".").compactMap { UInt8($0) }
            #expect(parts.count == 4 && parts[0] == 127 && parts[3] > 0, "\(address)")
        }
    }

    @Test("a request is put off for two minutes at most")
    func patience() {
        var budget = RetryBudget()
        #expect(budget.take(0) == 10)
        #expect(budget.take(RetryBudget.millisecondsMax - 10) == RetryBudget.millisecondsMax - 10)
        #expect(budget.take(1) == nil)
    }

    private static func plan(_ change: (inout LoadOptions) -> Void) -> LoadPlan {
        var options = LoadOptions()
        options.speakersPerRoom = 4
        change(&options)
        return LoadPlan(options: options)
    }
}
