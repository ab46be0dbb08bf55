// libogg as Swift sees it. Only Recordings imports this module.
#pragma once
#include <ogg/ogg.h>
