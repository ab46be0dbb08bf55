import TalkInterface
import TerminalUI

/// The screen, what is typed, and time.
extension ClientShell {
    /// What somebody does is seen at once, with all that has happened until it is the drawing's turn; what happens by itself no more
    /// often than eyes can follow.
    func showSoon(after event: Event) {
        let time = event.isInput ? now : max(now, drawnAt + Self.frameInterval)
        if let drawTime, drawTime <= time { return }
        drawing?.cancel()
        drawTime = time
        drawing = Task {
            if time > now { try? await Task.sleep(for: time - now) }
            guard !Task.isCancelled else { return }
            (drawTime, drawnAt) = (nil, now)
            interface.show(model)
        }
    }

    private static let frameInterval: Duration = .milliseconds(33)

    /// For lines: what was read out closes, and the next line has its turn.
    func readOn() {
        guard lines != nil, !isReadingOn else { return }
        isReadingOn = true
        defer { isReadingOn = false }
        while !isOver {
            if PlainInput.closes(model.overlay) {
                take(PlainInput.close)
            } else if let line = lines?.next(for: model) {
                for event in PlainInput.events(of: line, in: model) { take(event) }
            } else if lines?.isDone(for: model) == true, queue.isIdle {
                take(.line("/quit"))
                // Nobody is there to log in once more.
                if case .setup = model.overlay { failure = loginFailure }
            } else {
                return
            }
        }
    }

    func hearInterface() async {
        for await event in interface.events {
            if case .line(let line) = event, lines != nil {
                if lines?.add(line) == true {
                    readOn()
                } else {
                    handle(.problem("\(PlainLines.waitingMax) lines are waiting already: “\(line)” was not taken."))
                }
            } else {
                handle(event)
            }
        }
        guard lines != nil else {
            handle(.terminated)
            return
        }
        lines?.isAtEnd = true
        readOn()
    }

    /// One sleeper, until the model's next deadline; none while nothing moves by itself.
    func setAlarm() {
        let deadline = isOver ? nil : model.deadline
        guard deadline != alarmTime else { return }
        alarm?.cancel()
        alarmTime = deadline
        guard let deadline else { return }
        let delay = max(deadline - now, Self.alarmDelayMin)
        alarm = Task {
            guard (try? await Task.sleep(for: delay)) != nil else { return }
            alarmTime = nil
            handle(.clock)
        }
    }

    private static let alarmDelayMin: Duration = .milliseconds(10)
}
