# SPDX-License-Identifier: MIT
"""Chromium as a player: it is shown one page that plays a file, and the page tells us what it saw."""
import http.server
import json
import pathlib
import re
import shutil
import subprocess
import threading
from urllib.parse import unquote

# Plays the file for a moment, then looks at it at the instants in the address, and tells. The page counts as loaded
# only then, and Chromium ends.
PAGE = """<!doctype html><title>player</title><img src="/hold"><video id="v" muted preload="auto"></video><script>
const v = document.getElementById("v"), ask = JSON.parse(decodeURIComponent(location.search.slice(1)))
const told = {looks: []}
const once = what => new Promise((yes, no) => {
  v.addEventListener(what, yes, {once: true})
  v.addEventListener("error", () => no(new Error(v.error.message)), {once: true})
  setTimeout(() => no(new Error(what + " never came")), 30000)
})
const look = () => {
  const c = document.createElement("canvas"), d = c.getContext("2d", {willReadFrequently: true})
  c.width = v.videoWidth; c.height = v.videoHeight
  d.drawImage(v, 0, 0)
  return Array.from(d.getImageData(c.width / 2, c.height / 2, 1, 1).data.slice(0, 3))
}
async function watch() {
  const known = once("loadedmetadata")
  v.src = ask.file
  await known
  Object.assign(told, {duration: v.duration, width: v.videoWidth, height: v.videoHeight})
  const moving = once("timeupdate")
  await v.play()
  await moving
  while (v.currentTime < 0.3) await once("timeupdate")
  told.played = v.currentTime
  v.pause()
  for (const at of ask.at) {
    const there = once("seeked")
    v.currentTime = at
    await there
    told.looks.push({at: v.currentTime, seen: look()})
  }
}
watch().catch(e => { told.error = String(e) }).finally(() => {
  told.error = told.error || (v.error ? v.error.message : null)
  fetch("/told", {method: "POST", body: JSON.stringify(told)})
})
</script>"""


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def answer(self, code, body=b"", **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        path = unquote(self.path.split("?")[0])
        if path == "/":
            self.answer(200, PAGE.encode(), Content_Type="text/html")
        elif path == "/hold":
            self.server.heard.wait(60)
            self.answer(204)
        elif path == "/film":
            self.send_part()
        else:
            self.answer(404)

    # Players seek by asking for a range.
    def send_part(self):
        data = self.server.film.read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(asked[1]) if asked else 0
        last = int(asked[2]) if asked and asked[2] else len(data) - 1
        self.answer(206 if asked else 200, data[first:last + 1], Content_Type=self.server.type, Accept_Ranges="bytes",
                    **({"Content_Range": f"bytes {first}-{last}/{len(data)}"} if asked else {}))

    def do_POST(self):
        self.server.told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.answer(204)
        self.server.heard.set()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):  # it has heard enough of a file
        pass


def program():
    """The path of Chromium, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def play(path, at, folder, mime="video/mp4"):
    """Plays the file at path, then looks at it at some instants: {duration, width, height, played, error, looks}."""
    server = Server(("127.0.0.1", 0), Handler)
    server.film, server.type, server.told, server.heard = pathlib.Path(path), mime, None, threading.Event()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    ask = json.dumps({"file": "/film", "at": at})
    address = f"http://127.0.0.1:{server.server_port}/?{ask}".replace('"', "%22").replace(" ", "%20")
    try:
        subprocess.run([program(), "--headless", "--no-sandbox", "--disable-gpu", "--no-proxy-server", "--no-first-run",
                        "--disable-dev-shm-usage", "--autoplay-policy=no-user-gesture-required",
                        f"--user-data-dir={folder}", "--dump-dom", address],
                       stdin=subprocess.DEVNULL, capture_output=True, timeout=180, check=True)
    finally:
        server.shutdown()
        server.server_close()
    assert server.told is not None, "Chromium came and told nothing"
    return server.told
