#!/bin/sh
# SPDX-License-Identifier: MIT
# The rules of the house that no compiler checks. Prints FILE:LINE: what is wrong; exit 1 when
# anything is. Each check is one function that prints what it finds.
set -u
cd "$(dirname "$0")/.." || exit 70

folders='base compiler runtime cli tests'
c_files=$(find $folders -name '*.[ch]' | sort)
ours=$(find . \( -name '.git' -o -name 'build*' -o -name '.c41' -o -name out -o -name __pycache__ \
    -o -name .pytest_cache \) -prune -o -type f -print | sed 's|^\./||' | sort)
text_files=$(echo "$ours" | grep -E '\.(c|h|lua|sh|py|yaml|json|md|build|txt|1|srt|csv)$|^c41$|^tests/run$|^\.ci/run$')
# Pairs of the golden tests are wrong on purpose, and the fuzzer's corpus is what it is.
tidy_files=$(echo "$text_files" | grep -vE '^tests/(golden|fuzz/corpus|fixtures)/')

# bad_includes FOLDER-REGEX ALLOWED-REGEX WHAT: ours that files of a folder may not include.
bad_includes() {
    files=$(echo "$c_files" | grep -E "$1") || return 0
    grep -nE '^#include "' $files /dev/null | grep -vE "#include \"($2)" | sed "s|\$| -- $3|"
}

include_directions() {
    bad_includes '^base/' 'base/' 'base knows nothing of the rest'
    bad_includes '^compiler/' 'base/|compiler/' 'the compiler knows base alone'
    bad_includes '^runtime/[^/]*$' \
        'base/|compiler/(graph|studio)\.h"|runtime/[^/]*"|runtime/media/media\.h"|runtime/services/(drivers|ops)\.h"' \
        'runtime may include base, compiler/graph.h, compiler/studio.h, runtime/media/media.h'
    bad_includes '^runtime/export/' 'base/|runtime/export/|runtime/(timeline|timecode|media/subtitle)\.h' \
        'a writer knows the timeline and no film'
    bad_includes '^runtime/services/' \
        'base/|compiler/graph\.h"|compiler/studio\.h"|runtime/[^/]*"|runtime/services/|runtime/media/media\.h"' \
        'services may include runtime, base, runtime/media/media.h'
    bad_includes '^runtime/media/' 'base/|runtime/media/' 'media may include base'
}

own_header_first() {
    for file in $(echo "$c_files" | grep -E '^(base|compiler|runtime|cli)/.*\.c$'); do
        header=${file%.c}.h
        [ -f "$header" ] || continue
        first=$(grep -nE '^#include' "$file" | head -n 1)
        case $first in
        *"\"$header\"") ;;
        *) echo "$file:${first%%:*}: the first include is not $header" ;;
        esac
    done
}

file_sizes() {
    for file in $c_files $(echo "$ours" | grep -E '^stdlib/.*\.lua$|^tests/.*\.(py|sh)$'); do
        case $file in
        *.h) most=200 ;;
        *) most=600 ;;
        esac
        lines=$(wc -l <"$file")
        [ "$lines" -le "$most" ] || echo "$file:$lines: more than $most lines: a noun is hiding"
    done
}

# Code without its comments and texts, as FILE:LINE:CODE.
code_of() {
    awk '{
        line = $0
        gsub(/\\./, "", line)
        gsub(/"[^"]*"/, "\"\"", line)
        sub(/\/\/.*/, "", line)
        print FILENAME ":" FNR ":" line
    }' "$@"
}

banned_calls() {
    code_of $c_files |
        grep -E '[^a-zA-Z0-9_](strcpy|strcat|sprintf|vsprintf|strtok|atoi|system|popen|alloca|setjmp|gets) ?\(' |
        sed 's|$| -- banned|'
    code_of $(echo "$c_files" | grep -vE '^(base|tests)/') |
        grep -E '[^a-zA-Z0-9_](malloc|calloc|realloc|strdup|strndup|asprintf) ?\(' |
        sed 's|$| -- memory comes from base/mem.h and base/arena.h|'
    code_of $(echo "$c_files" | grep -vE '^(cli|tests)/') |
        grep -E '[^a-zA-Z0-9_](exit|abort) ?\(' | grep -vE '^base/(mem|arena)\.c' |
        sed 's|$| -- only cli ends the program|'
}

# Versions of libav differ; nothing else does.
conditionals() {
    grep -nE '^ *# *(if|ifdef|ifndef|elif)\b' $(echo "$c_files" | grep -v '^base/') |
        grep -vE '^runtime/media/[^:]*:[0-9]+:#if LIB(AV|SW)[A-Z]*_VERSION' |
        sed 's|$| -- conditional code belongs to base|'
}

# door LIBRARY-REGEX FILES-REGEX: headers of a library outside the files that may see them.
door() {
    grep -nE "^#include <($1)" $c_files | grep -vE "^($2)" | sed 's|$| -- not behind its door|'
}

doors() {
    door 'yaml\.h' 'compiler/yaml\.c'
    door '(lua|lauxlib|lualib)\.h' \
        'compiler/(lua|api|convert|convert_back|convert_text|files|hooks|layout|lower|lower_preset|order|rules|sandbox|script|shape)\.c|tests/unit/(layout|lua)_test\.c'
    door 'curl/' 'runtime/(easy|http|http_[a-z]*|loop|ws|ws_handshake|ws_stream)\.c'
    door 'wslay/' 'runtime/ws_frames\.c'
    door 'sqlite3' 'runtime/ledger[a-z_]*\.c|tests/unit/ledger[a-z_]*_test\.c'
    door 'libav|libsw|pango|cairo|ebur128' 'runtime/media/|tests/bench/sound\.c|tests/unit/grey\.c|tests/unit/(ahead|blend|conform|cut|finished|fit|lookout|master|passage|picture|qc_file|titles)_test\.c'
    door 'openssl/' 'base/digest\.c'
    door 'dlfcn' 'base/|tests/standin/(netfs|slow_names)\.c'
}

names() {
    echo "$ours" | grep -E '(^|/)[^/]*(util|misc|common|helper)[^/]*$' | sed 's|$|:1: a name that says nothing|'
    grep -nE '^ *typedef ' $c_files | sed 's|$| -- no typedef|'
}

# At file level "static" without "const", and no function.
mutable_globals() {
    grep -nE '^static [^()]*(=|;|\[)' $(echo "$c_files" | grep -v '^tests/') | grep -vE '\bconst\b' |
        sed 's|$| -- a mutable global|'
}

pragma_once() {
    for file in $(echo "$c_files" | grep '\.h$'); do
        grep -q '^#pragma once$' "$file" || echo "$file:1: no #pragma once"
    done
}

licence_lines() {
    for file in $(echo "$tidy_files" | grep -vE '\.(json|md|csv|srt|txt)$'); do
        head -n 3 "$file" | grep -q 'SPDX-License-Identifier: MIT' || echo "$file:1: no SPDX line"
    done
}

blanks() {
    grep -nE '[[:blank:]]+$' $tidy_files | sed 's|:\([^:]*\)$|: blanks at the end of the line|'
    grep -nP '\t' $(echo "$tidy_files" | grep -E '\.(c|h|lua|py|yaml)$') | sed 's|$| -- a tab|'
}

# A path of somebody's machine tells that something was made there alone.
machine_paths() {
    grep -nE '(^|[^a-zA-Z0-9_.$}{<])/(home|root|work|Users)/[a-z]+/' \
        $(echo "$text_files" | grep -vE '^tests/(lint.sh$|unit/)') | sed 's|$| -- a path of one machine|'
}

# The files that README's tour leads through, as `path` at the start of its list items.
tour_files() {
    awk '/^## /{on = /tour/} on && /^[0-9]+\. `/{split($0, part, "`"); print part[2]}' README.md
}

tour() {
    files=$(tour_files)
    [ -n "$files" ] || echo 'README.md:1: no tour'
    for file in $files; do
        [ -f "$file" ] || echo "$file:1: the tour leads here, and there is no such file"
    done
    lines=$(cat $files /dev/null 2>/dev/null | wc -l)
    [ "$lines" -le 1200 ] || echo "README.md:1: the tour is $lines lines long, more than 1200"
}

# Functions of more than 80 lines fail; those over 50 are told in the report.
function_lengths() {
    awk 'FNR == 1 { start = 0 }
        /^\{/ { start = FNR }
        /^\}/ && start { print FILENAME ":" start ": " FNR - start - 1; start = 0 }' \
        $(echo "$c_files" | grep '\.c$')
}

long_functions() {
    function_lengths | awk '$2 > 80 { print $0 " lines in one function" }'
}

report() {
    function_lengths | awk '{ print $2 }' | sort -n |
        awk '{ n[NR] = $1 } END { if (NR) print "functions: " NR ", median " n[int((NR + 1) / 2)] " lines" }'
    function_lengths | awk '$2 > 50 { print "  over 50 lines: " $1 " " $2 }'
}

found=$(
    for check in include_directions own_header_first file_sizes banned_calls conditionals doors \
        names mutable_globals pragma_once licence_lines blanks machine_paths tour long_functions; do
        $check | sed "s|^|$check: |"
    done
)
report
[ -z "$found" ] && exit 0
echo "$found"
exit 1
