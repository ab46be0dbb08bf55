// libhiredis as Swift sees it. Only VoiceStateCache imports this module.
#pragma once
#include <hiredis/hiredis.h>
