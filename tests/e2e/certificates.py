# SPDX-License-Identifier: MIT
"""An authority of our own, and a server's certificate by it for 127.0.0.1."""
import ssl
import subprocess


class Authority:
    def __init__(self, folder, name):
        self.folder = folder
        self.ca = folder / f"{name}.pem"
        self.key = folder / f"{name}.key"
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                     "-keyout", self.key, "-out", self.ca, "-days", "2", "-subj", f"/CN={name}")

    @staticmethod
    def openssl(*words):
        subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)

    def server(self, names="IP:127.0.0.1"):
        """A context for a server that is known by these names."""
        stem = self.folder / f"server-{abs(hash(names))}"
        key, request, made = (stem.with_suffix(end) for end in (".key", ".csr", ".crt"))
        extensions = stem.with_suffix(".ext")
        extensions.write_text(f"subjectAltName={names}\n")
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key,
                     "-out", request, "-subj", "/CN=server")
        self.openssl("x509", "-req", "-in", request, "-CA", self.ca, "-CAkey", self.key, "-CAcreateserial", "-days", "2",
                     "-extfile", extensions, "-out", made)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made, key)
        return context
