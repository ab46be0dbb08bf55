import CellScreen
import ControlWire
import Identifiers
import KeyInput
import TalkInterface
import VoiceClient
import VoiceQuality

/// How one's own voice stands: what is in force, what is heard, how well.
struct VoiceBar {
    private struct Part {
        var pieces: [StyledText]
        /// 0 stays longest.
        var importance: Int
        var columns: Int { pieces.reduce(0) { $0 + TextLayout.columns(of: $1.text) } }

        init(_ importance: Int, _ pieces: [StyledText]) {
            self.importance = importance
            self.pieces = pieces
        }
    }

    let model: Model
    let theme: Theme
    let area: CellRectangle

    func draw(on canvas: inout Canvas) {
        guard !area.isEmpty else { return }
        guard let seat = model.seat else {
            canvas.write(absence, in: area.inset(rows: 0, columns: 1))
            return
        }
        let first = own(seat)
        let second = connection(seat)
        if area.rows >= 2 {
            draw(first, in: area.line(0), on: &canvas)
            draw(second, in: area.line(1), on: &canvas)
        } else {
            draw(first + second, in: area.line(0), on: &canvas)
        }
    }

    private var absence: [StyledText] {
        var pieces = [StyledText("Not in voice", theme.style(.quiet))]
        if case .room = model.selected {
            pieces.append(StyledText(" · \(key(model.settings.voiceKey)): talk in this room", theme.style(.quiet)))
        }
        if model.isMuted { pieces.append(StyledText(" · muted", theme.style(.silenced))) }
        if model.isDeafened { pieces.append(StyledText(" · deafened", theme.style(.silenced))) }
        return pieces
    }

    private func draw(_ parts: [Part], in line: CellRectangle, on canvas: inout Canvas) {
        let line = line.inset(rows: 0, columns: 1)
        var parts = parts
        func columns() -> Int { parts.reduce(0) { $0 + $1.columns } + 3 * max(0, parts.count - 1) }
        while parts.count > 1, columns() > line.columns, let least = parts.map(\.importance).max() {
            parts.removeAll { $0.importance == least }
        }
        let separator = StyledText(" │ ", theme.style(.quiet))
        canvas.write(Array(parts.map(\.pieces).joined(separator: [separator])), in: line)
    }

    // MARK: The microphone

    private func own(_ seat: VoiceSeat) -> [Part] {
        let name = model.state(of: .room(seat.room))?.name ?? "room \(seat.room)"
        var parts = [Part(4, [StyledText("♪ ", theme.style(.heading)), StyledText(name, theme.style(.strong))])]
        if model.recordings[seat.room] != nil { parts.append(Part(0, recording)) }
        parts.append(Part(0, [state(seat)]))
        guard seat.talk.isVoiceOpen else { return parts }
        parts.append(Part(1, [StyledText(mode)]))
        let threshold = model.settings.mode == .voiceActivated ? model.settings.activationLevel : nil
        parts.append(
            Part(
                3,
                [StyledText("mic ", theme.style(.quiet))]
                    + Meter.pieces(
                        level: seat.talk.statistics.inputLevel, threshold: threshold, columns: meterColumns,
                        theme: theme)))
        return parts
    }

    private var recording: [StyledText] {
        var mark = theme.style(.error)
        mark.isReversed = true
        let words =
            switch model.ownAnswer {
            case .yes: "you are recorded"
            case .no: "not you"
            case .asked, nil: "not you · /consent yes|no"
            }
        return [StyledText(" ● REC ", mark), StyledText(" \(words)", theme.style(.strong))]
    }

    private var meterColumns: Int { area.columns >= 100 ? 14 : 7 }

    private func state(_ seat: VoiceSeat) -> StyledText {
        if case .waiting(let until) = seat.state {
            let seconds = max(0, Int((until - model.now) / .seconds(1)) + 1)
            return StyledText("voice again in \(seconds) s", theme.style(.error))
        }
        guard seat.talk.isVoiceOpen else { return StyledText("connecting voice …", theme.style(.notice)) }
        if seat.talk.own?.isServerMuted == true { return StyledText("MUTED FOR ALL", theme.style(.silenced)) }
        if seat.talk.own?.isServerDeafened == true { return StyledText("DEAFENED FOR ALL", theme.style(.silenced)) }
        if seat.talk.isDeafened { return StyledText("DEAFENED", theme.style(.silenced)) }
        if seat.talk.isMuted { return StyledText("MUTED", theme.style(.silenced)) }
        guard seat.talk.isTalking else { return StyledText("listening") }
        var style = theme.style(.talking)
        style.isReversed = true
        return StyledText(" TALKING ", style)
    }

    /// What is in force for the talk key.
    private var mode: String {
        switch model.settings.mode {
        case .pushToTalk:
            let talk = key(model.settings.talkKey)
            if area.columns < 60 { return model.isTalkKeyHeld ? "hold \(talk)" : "\(talk) on/off" }
            let own = model.isTalkKeyHeld ? "hold \(talk) to talk" : "press \(talk) to talk, again to stop"
            guard let global = model.settings.globalKey, model.globalKeyProblem == nil else { return own }
            return own + " · \(global) anywhere"
        case .voiceActivated: return "voice-activated"
        case .continuous: return "continuous"
        }
    }

    private func key(_ stroke: KeyStroke) -> String { KeyName.text(stroke) }

    // MARK: The connection

    private func connection(_ seat: VoiceSeat) -> [Part] {
        let talk = seat.talk
        guard talk.isVoiceOpen else { return [] }
        var parts = [
            Part(
                5,
                [StyledText("out ", theme.style(.quiet))]
                    + Meter.pieces(level: outputLevel(talk), threshold: nil, columns: meterColumns, theme: theme))
        ]
        if talk.statistics.isTunnelled { parts.append(Part(3, [StyledText("voice over TCP", theme.style(.fair))])) }
        parts.append(Part(8, [StyledText("\(model.settings.number(of: .bitrate)) kbit/s")]))
        if let delay = talk.delayMilliseconds {
            parts.append(Part(6, [StyledText("delay \(Int(delay.rounded())) ms")]))
        } else if let roundTrip = talk.statistics.roundTripMilliseconds {
            parts.append(Part(6, [StyledText("ping \(Int(roundTrip.rounded())) ms")]))
        }
        if let loss = talk.loss.fraction {
            let role: Theme.Role = loss < 0.02 ? .plain : loss < 0.1 ? .fair : .bad
            parts.append(Part(7, [StyledText("loss \(Int((loss * 100).rounded()))%", theme.style(role))]))
        }
        if let rating = talk.reporter.rating { parts.append(Part(2, quality("", rating))) }
        if let rating = talk.reception?.rating { parts.append(Part(9, quality("yours ", rating))) }
        return parts
    }

    /// Of whoever is loudest, as loud as it is played.
    private func outputLevel(_ talk: TalkModel) -> UInt8 {
        guard !talk.isDeafened, talk.volume > 0 else { return 127 }
        return talk.statistics.talkers.filter(\.isSpeaking).map(\.level).min() ?? 127
    }

    /// Stars, and the mean opinion score (1…4.5) as a number.
    private func quality(_ words: String, _ rating: TransmissionRating) -> [StyledText] {
        let score = rating.meanOpinionScore
        let stars = min(5, max(1, Int(score.rounded())))
        let tenths = Int((score * 10).rounded())
        let role: Theme.Role = score >= 3.6 ? .good : score >= 2.6 ? .fair : .bad
        let bar = String(repeating: "★", count: stars) + String(repeating: "☆", count: 5 - stars)
        return [
            StyledText(words, theme.style(.quiet)), StyledText(bar, theme.style(role)),
            StyledText(" \(tenths / 10).\(tenths % 10)"),
        ]
    }
}
