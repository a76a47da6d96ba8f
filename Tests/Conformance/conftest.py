"""Fixtures that all conformance tests share."""

import subprocess

import pytest
from harness import Process


@pytest.fixture
def start():
    """Starts servers for one test and stops them after it; each must end with exit code 0."""
    running = []

    def begin(name: str, *arguments: str) -> Process:
        running.append(Process(name, *arguments))
        return running[-1]

    yield begin
    codes = [process.stop() for process in running]
    assert codes == [0] * len(codes), "a server did not exit cleanly"


@pytest.fixture(scope="session")
def certificates(tmp_path_factory):
    """A certificate authority, a server's and a client's certificate, made by openssl."""
    folder = tmp_path_factory.mktemp("certificates")

    def openssl(*arguments: str):
        subprocess.run(["openssl", *arguments], cwd=folder, check=True, capture_output=True)

    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl(
        *["req", "-x509", *curve, "-days", "2", "-subj", "/CN=Vigie test authority"],
        *["-keyout", "ca.key", "-out", "ca.pem"],
    )
    for name in ["server", "client"]:
        openssl(
            *["req", *curve, "-subj", f"/CN={name}.vigie.test"],
            *["-keyout", f"{name}.key", "-out", f"{name}.csr"],
        )
        (folder / "names").write_text(
            f"subjectAltName=DNS:{name}.vigie.test,DNS:localhost,IP:127.0.0.1\n"
        )
        openssl(
            *["x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key"],
            *["-CAcreateserial", "-days", "2", "-extfile", "names", "-out", f"{name}.pem"],
        )
    return folder
