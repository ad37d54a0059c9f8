#!/bin/sh
# SPDX-License-Identifier: MIT
# What a command service does with jobs, on the machine where they run: sent there each time as one
# argument of `sh -c`, so it needs nothing but a POSIX shell, ps, tar, awk and grep. It answers in
# lines behind "c41 begin": what a login shell says before that is nobody's.
#
# A job is the folder jobs/KEY, with its own state in .c41/: `whole` once all of it has been sent,
# `run` (its programs), `started`, `pid`, `log`, `exit` (the code, and of which program), and `told`
# once somebody knows that it failed. A state is one of absent, sent, running, told, "ended CODE
# PROGRAM FREE" and "gone FREE", with the KiB that the disk has left.
#
# $1: a verb; $2: the folder of all work; $3: the key of the job
set -u
verb=$1 work=$2 key=$3
shift 3
case $key in
*[!0-9a-f]* | "") exit 64 ;;
esac
case $work in
"~") work=$HOME ;;
"~"/*) work=$HOME/${work#??} ;;
/*) ;;
*) work=$HOME/$work ;;
esac
job=$work/jobs/$key
pid=''

# The line of the program that has a number. A zombie has none.
line_of() {
    if [ -d /proc/self ]; then
        tr "\0" " " 2>/dev/null <"/proc/$1/cmdline"
    else
        ps -ww -o args= -p "$1"
    fi
}

# Whether what we started is there: a number is used again once the machine has started anew.
alive() {
    { read -r pid <"$job/.c41/pid"; } 2>/dev/null
    [ -n "$pid" ] && line_of "$pid" 2>/dev/null | grep -F -q -e "$key"
}

free_kib() {
    df -Pk "$work" 2>/dev/null | awk "NR == 2 { print \$4 }"
}

ended() {
    echo "ended $(cat "$job/.c41/exit") $(free_kib)"
}

state() {
    if [ ! -f "$job/.c41/whole" ]; then
        echo absent
    elif [ -f "$job/.c41/told" ]; then
        echo told
    elif [ -f "$job/.c41/exit" ]; then
        ended
    elif [ ! -d "$job/.c41/started" ]; then
        echo sent
    elif alive; then
        echo running
    elif [ -f "$job/.c41/exit" ]; then
        ended
    elif [ ! -f "$job/.c41/pid" ] && [ -n "$(find "$job/.c41/started" -mmin -1 2>/dev/null)" ]; then
        echo running
    else
        echo "gone $(free_kib)"
    fi
}

# A session of its own, so that it outlives this one; no job is started twice. $1: "here" where the
# environment is c41s own, which a program is not to see.
start() {
    if [ ! -f "$job/.c41/whole" ] || [ -d "$job/.c41/started" ]; then
        return 0
    fi
    mkdir "$job/.c41/started" || exit
    cd "$work" || exit
    set -- "$1" /bin/sh "$job/.c41/run" "$job" "$work"
    from=$1
    shift
    if command -v setsid >/dev/null 2>&1; then
        set -- setsid "$@"
    else
        set -- perl -e "use POSIX; setsid(); exec @ARGV" "$@"
    fi
    set -- "C41_JOB=$key" "$@"
    if [ "$from" = here ]; then
        for name in CUDA_VISIBLE_DEVICES HOME LANG LOGNAME PATH SHELL TMPDIR USER; do
            eval "[ -z \"\${$name+set}\" ]" || eval "set -- \"$name=\$$name\" \"\$@\""
        done
        set -- -i "$@"
    fi
    env "$@" </dev/null >/dev/null 2>&1 &
}

# What the log has from byte $at on, the last of it where that is much.
tell_log() {
    size=$(wc -c 2>/dev/null <"$job/.c41/log") || size=0
    size=$((size))
    [ "$size" -gt "$at" ] || return 0
    [ $((size - at)) -le 16384 ] || at=$((size - 16384))
    echo "log $at $((size - at))"
    tail -c +$((at + 1)) "$job/.c41/log" | head -c $((size - at))
    at=$size
}

# Whether it does anything: the seconds of CPU that it has used.
tell_use() {
    now=$(ps -A -o pgid=,time= 2>/dev/null | awk -v g="$pid" "\$1 == g { printf \"%s \", \$2 }")
    if [ "$now" = "$was" ]; then
        echo still
    else
        echo busy
    fi
    was=$now
}

watch() {
    at=$2 n=0 was=''
    start "$1"
    while :; do
        now=$(state)
        tell_log
        case $now in
        running) alive ;;
        *)
            echo "state $now"
            return
            ;;
        esac
        [ $((n % 5)) -ne 0 ] || tell_use
        n=$((n + 1))
        if [ "$n" -gt 10 ]; then
            sleep 1
        else
            sleep 0.1 2>/dev/null || sleep 1
        fi
    done
}

# Every process of the job: by its environment, which children have of it, in whatever session
# they are; and by its group and session, while the one that leads them is there.
members() {
    if [ -d /proc/self ]; then
        grep -lsF "C41_JOB=$key" /proc/[0-9]*/environ | sed "s|^/proc/||; s|/.*||"
        [ -z "$group" ] || ps -A -o pid=,pgid=,sid=,stat= |
            awk -v g="$group" "(\$2 == g || \$3 == g) && \$4 !~ /^Z/ { print \$1 }"
    else
        ps -A -E -ww -o pid=,command= | awk -v k="C41_JOB=$key" "index(\$0, k) { print \$1 }"
        [ -z "$group" ] || ps -A -o pid=,pgid=,stat= |
            awk -v g="$group" "\$2 == g && \$3 !~ /^Z/ { print \$1 }"
    fi
}

end() {
    group='' n=0 signal=TERM
    ! alive || group=$pid
    while list=$(members | sort -u) && [ -n "$list" ] && [ "$n" -lt 80 ]; do
        [ "$n" -lt 30 ] || signal=KILL
        kill -s $signal $list 2>/dev/null
        n=$((n + 1))
        sleep 0.1 2>/dev/null || sleep 1
    done
    [ -z "$list" ] || echo "left $list"
}

# A job that nobody asks after any more, and what was sent only in part.
sweep() {
    find "$work/jobs" -maxdepth 1 -type d -name "*.*" -mtime +1 -exec rm -rf {} +
    find "$work/jobs" -maxdepth 3 -path "*/.c41/whole" -mtime +30 | while read -r old; do
        old=${old%/.c41/whole}
        if [ -f "$old/.c41/exit" ] || [ ! -d "$old/.c41/started" ]; then
            rm -rf "$old"
        fi
    done
} 2>/dev/null

# Which version each program that came by git is.
prints() {
    for pack in */; do
        if [ -e "$pack/.git" ] && version=$(git -C "$pack" rev-parse HEAD 2>/dev/null); then
            echo "print $version ${pack%/}"
        fi
    done
}

inspect() {
    echo "system $(uname -srm)"
    echo "free $(free_kib)"
    nvidia-smi --query-gpu=memory.total,memory.free,name --format=csv,noheader,nounits 2>/dev/null |
        sed "s/^/gpu /"
    cd "$work" 2>/dev/null || return 0
    for pack in */; do
        [ "$pack" = "*/" ] || echo "pack ${pack%/}"
    done
    [ ! -d models ] || find -L models -type f 2>/dev/null | head -n 20000 | sed "s/^/model /"
}

echo
echo "c41 begin"
case $verb in
look)
    mkdir -p "$work/jobs" && cd "$work" || exit
    echo "work $(pwd)"
    echo "state $(state)"
    prints
    ;;
send)
    LC_ALL=C
    export LC_ALL
    new=$job.$1
    mkdir "$new" && cd "$new" && tar -xmof - && [ -f .c41/whole ] && cd .. &&
        { [ -f "$job/.c41/whole" ] || { rm -rf "$job" && mv "$new" "$job"; }; }
    code=$?
    rm -rf "$new"
    exit $code
    ;;
watch) watch "$@" ;;
fetch)
    if [ -f "$job/$1" ]; then
        echo "file $(($(wc -c <"$job/$1")))"
        exec cat "$job/$1"
    fi
    echo none
    ;;
end) end ;;
told) : >"$job/.c41/told" ;;
clear)
    rm -f "$job/.c41/whole" # what is left of it is no job
    end
    rm -rf "$job"
    end # of what was starting just then
    sweep
    ;;
inspect) inspect ;;
*) exit 64 ;;
esac
