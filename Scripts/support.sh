# What the scripts beside this file share; they source it, nobody runs it.
# shellcheck shell=bash

# Scripts/check and Scripts/test use one debug build, so that nothing is compiled twice. Package.swift reads this
# variable; 0 builds with a compiler that knows more warnings than ours did.
export ROOMTONE_WARNINGS_AS_ERRORS=${ROOMTONE_WARNINGS_AS_ERRORS:-1}

say() { printf '== %s\n' "$*"; }

build_debug() {
    swift build --build-tests && return
    say 'the build failed'
    if [[ $ROOMTONE_WARNINGS_AS_ERRORS == 1 ]]; then
        say 'if only warnings of another compiler stand in the way: ROOMTONE_WARNINGS_AS_ERRORS=0'
    fi
    return 1
}
