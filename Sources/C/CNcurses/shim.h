// terminfo(5) as Swift sees it, from libtinfo of ncurses. Only TerminalScreen imports this module.
//
// <term.h> brings <termios.h> with it, whose structures belong to Glibc's own module: the few functions needed are declared as
// there (curs_terminfo(3)), a TERMINAL without its type.
#pragma once

extern int setupterm(const char *terminal, int descriptor, int *error);
extern void *set_curterm(void *terminal);
extern int del_curterm(void *terminal);
extern int tigetflag(const char *name);
extern int tigetnum(const char *name);
extern char *tigetstr(const char *name);
extern char *tparm(const char *capability, ...);

/// Fills a capability's parameters in, of which none that is used here has more than two. The result is libtinfo's own buffer, up to
/// the next call: tparm is variadic, which Swift cannot call.
static inline const char *roomtone_expand_capability(const char *capability, long first, long second) {
    return tparm(capability, first, second, 0L, 0L, 0L, 0L, 0L, 0L, 0L);
}
