import TalkerSound
import VoiceWire

/// Who hears which mix. Listeners whose keys are equal share one; the mix that most of them heard before becomes theirs, others
/// are made as its copies: so those who stay notice nothing, those who part from them neither, and only who comes from another mix
/// makes it send a frame that stands by itself.
extension RoomMix {
    /// Mixes of a room that may exist because of volumes of single listeners; who would need one more hears everybody at 1.
    static let volumeMixesMax = 16

    private struct Group {
        let key: MixKey
        var members: [Int] = []
        /// Position of the mix that it comes from, −1 for none, and whether it goes on being that mix.
        var source = -1
        var continues = false
    }

    func assignMixes(_ pool: MixPool, _ settings: MixSettings, _ counters: MixerCounters) {
        var groups = grouped(counters)
        chooseSources(&groups)
        let before = mixes
        var isKept = [Bool](repeating: false, count: before.count)
        // Copies first, while what they are copied from is as it was.
        let made: [Mix?] = groups.map { group in
            if group.continues {
                isKept[group.source] = true
                return before[group.source]
            }
            guard let mix = pool.takeMix(group.key.quality, settings) else { return nil }
            if group.source >= 0 { mix.continueFrom(before[group.source]) } else { mix.align(to: tickNumber) }
            return mix
        }
        mixes.removeAll(keepingCapacity: true)
        for (group, mix) in zip(groups, made) {
            for member in group.members where mix == nil { listeners[member].mix = -1 }
            if let mix { settle(group, in: mix) }
        }
        for (mix, isKept) in zip(before, isKept) where !isKept { pool.give(mix) }
    }

    private func settle(_ group: Group, in mix: Mix) {
        mix.become(group.key)
        mix.listeners.removeAll(keepingCapacity: true)
        for member in group.members {
            if listeners[member].mix != group.source { mix.isJoined = true }
            listeners[member].mix = mixes.count
            mix.listeners.append(listeners[member].voice)
        }
        mixes.append(mix)
    }

    private func grouped(_ counters: MixerCounters) -> [Group] {
        var held: [VoiceID: Int] = [:]
        var everybody = SIMD32<UInt8>(repeating: 0)
        for (index, seat) in seats.enumerated() where seat.isHeld {
            everybody[index] = MixKey.unity
            if let voice = seat.talker.voice { held[voice] = index }
        }
        var groups: [Group] = []
        var positions: [MixKey: Int] = [:]
        var ownVolumesCount = 0
        for (index, listener) in listeners.enumerated() {
            var key = MixKey(volumes: everybody, quality: listener.quality)
            if let own = held[listener.voice] { key.volumes[own] = 0 }
            let plain = key
            for (voice, volume) in listener.volumes where voice != listener.voice {
                if let seat = held[voice] { key.volumes[seat] = volume }
            }
            if key != plain, positions[key] == nil {
                if ownVolumesCount < Self.volumeMixesMax {
                    ownVolumesCount += 1
                } else {
                    key = plain
                    counters.add(.volumesIgnored)
                }
            }
            if positions[key] == nil {
                positions[key] = groups.count
                groups.append(Group(key: key))
            }
            if let position = positions[key] { groups[position].members.append(index) }
        }
        return groups
    }

    /// The pair of group and mix that most listeners stand for first, each mix once; who is left over becomes a copy.
    private func chooseSources(_ groups: inout [Group]) {
        var counts = [Int](repeating: 0, count: groups.count * mixes.count)
        for (position, group) in groups.enumerated() {
            for member in group.members where listeners[member].mix >= 0 {
                guard mixes[listeners[member].mix].key.quality == group.key.quality else {
                    listeners[member].mix = -1
                    continue
                }
                counts[position * mixes.count + listeners[member].mix] += 1
            }
        }
        var isTaken = [Bool](repeating: false, count: mixes.count)
        while let best = counts.indices.max(by: { counts[$0] < counts[$1] }), counts[best] > 0 {
            let (position, mix) = (best / mixes.count, best % mixes.count)
            counts[best] = 0
            guard groups[position].source < 0 else { continue }
            groups[position].source = mix
            groups[position].continues = !isTaken[mix]
            isTaken[mix] = true
        }
    }
}
