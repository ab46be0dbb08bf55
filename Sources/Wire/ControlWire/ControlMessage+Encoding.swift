import JSONText

extension ControlMessage {
    /// Writes the message as serde tags it. Without a default, so that a new variant cannot be forgotten.
    func write(to writer: inout JSONWriter) {
        switch self {
        case .listRooms: writer.string("ListRooms")
        case .requestUserList: writer.string("RequestUserList")
        case .listSessions: writer.string("ListSessions")
        case .listLimits: writer.string("ListLimits")
        case .ping: writer.string("Ping")
        case .pong: writer.string("Pong")
        case .backUp: writer.string("BackUp")
        case .checkIntegrity: writer.string("CheckIntegrity")
        case .serverClosing, .backupMade, .integrityReport: writeServer(to: &writer)
        case .register, .login, .authSuccess, .authFailure, .resume, .logOut, .changePassword, .sessionList,
            .claimOwnership, .setRole, .roleChanged:
            writeAccount(to: &writer)
        case .join, .leave, .createRoom, .roomCreated, .roomJoined, .roomNotFound, .roomList, .joinByInvitation,
            .browseRooms, .roomPage, .updateRoom, .roomUpdated, .deleteRoom, .roomDeleted:
            writeRoom(to: &writer)
        case .createInvitation, .invitationCreated, .listInvitations, .invitationList, .revokeInvitation, .setOverride,
            .listOverrides, .overrideList, .permissionsChanged:
            writeAccess(to: &writer)
        case .restrainVoice, .moveUser, .kick, .ban, .banCreated, .unban, .listBans, .banList, .removedFromRoom,
            .listAudit, .auditPage:
            writeModeration(to: &writer)
        case .browseVoice, .voicePage, .browseSessions, .sessionPage, .revokeSession, .limitList, .setLimit:
            writeOperations(to: &writer)
        case .roomMessage, .privateMessage, .serverResponse, .editMessage, .messageEdited, .deleteMessage,
            .messageDeleted, .history, .historyPage, .search, .searchResults, .markRead, .readMarker, .listUnread,
            .unreadList, .typing, .userTyping:
            writeText(to: &writer)
        case .userStatusUpdate, .browseUsers, .userPage, .userListUpdate:
            writePeople(to: &writer)
        case .voiceConnect, .voiceDisconnect, .voiceConnectionEstablished, .setMuted, .setDeafened, .setVolume,
            .setDelivery,
            .setVoiceVolume,
            .roomVoiceState, .userVoiceUpdate, .requestBitrateChange, .audioQualityReport, .voiceReception,
            .voiceDatagram, .voiceError, .voiceUserJoined, .voiceUserLeft:
            writeVoice(to: &writer)
        case .startRecording, .stopRecording, .recordingConsent, .recordingState, .listRecordings, .recordingPage,
            .fetchRecording, .recordingChunk, .deleteRecording, .listVoiceLog, .voiceLogPage, .exportUserData,
            .exportUserMessages, .userMessagePage,
            .userData, .deleteUserData:
            writeRecordings(to: &writer)
        }
    }
}
