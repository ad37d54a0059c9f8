#!/bin/sh
# SPDX-License-Identifier: MIT
# How many small POSTs a second the loop does against an nginx on this machine that answers at once.
set -eu
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${C41_BUILD:-$root/build}
work=$(mktemp -d)
port=${C41_BENCH_PORT:-18188}
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT

cat >"$work/nginx.conf" <<END
daemon off; master_process off; pid $work/pid; error_log $work/errors;
events {}
http {
  access_log off; keepalive_requests 1000000; default_type application/json;
  client_body_temp_path $work/1; proxy_temp_path $work/2; fastcgi_temp_path $work/3;
  uwsgi_temp_path $work/4; scgi_temp_path $work/5;
  server { listen 127.0.0.1:$port; location / { return 200 '{"ok": true}'; } }
}
END
PATH=$PATH:/usr/sbin nginx -e "$work/errors" -p "$work" -c "$work/nginx.conf" &
server=$!
until "$build/tests/bench/net_bench" "http://127.0.0.1:$port/" 1 1 >/dev/null; do
    kill -0 "$server"
done
for at_once in 1 8 32; do
    "$build/tests/bench/net_bench" "http://127.0.0.1:$port/" 20000 "$at_once"
done
