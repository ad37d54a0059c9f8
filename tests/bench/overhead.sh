#!/bin/sh
# SPDX-License-Identifier: MIT
# overhead.sh [FOLDER [STEPS [JOBS]]]: 10,000 trivial steps against a local HTTP service (nginx) that
# answers at once, 64 at a time; beside it curl, which sends as many requests and writes each answer
# to a file. FOLDER must lie on a disk, not in memory; beside this clone if none is given.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
steps=${2:-10000}
jobs=${3:-64}
for needed in curl nginx python3; do
    command -v $needed >/dev/null || {
        echo "there is no $needed here: apt-get install curl nginx-light" >&2
        exit 69
    }
done
"$root/c41" --version >/dev/null # builds the program, and the bench beside it
work=$(mktemp -d "${1:-$root/build}/overhead-XXXXXX")
trap 'kill "$(cat "$work/nginx.pid")" 2>/dev/null; rm -rf "$work"' EXIT
case $(stat -f -c %T "$work" 2>/dev/null || echo disk) in
tmpfs | ramfs)
    echo "$work is in memory: give a folder on a disk" >&2
    exit 64
    ;;
esac
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/nginx.conf" <<END
pid $work/nginx.pid;
error_log $work/error.log;
worker_processes 1;
events { worker_connections 1024; }
http {
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path $work/body;
    server {
        listen 127.0.0.1:$port;
        location = /v1/models { default_type application/json; return 200 '{"data": [{"id": "words"}]}'; }
        location = /v1/chat/completions {
            default_type text/event-stream;
            return 200 'data: {"choices": [{"delta": {"content": "\$request_id"}}]}\n\ndata: {"choices": [{"delta": {}, "finish_reason": "stop"}]}\n\ndata: [DONE]\n\n';
        }
    }
}
END
nginx -p "$work" -c "$work/nginx.conf" 2>/dev/null
python3 "$root/tests/bench/overhead.py" "$root/build" "$work" "$port" "$steps" "$jobs"
