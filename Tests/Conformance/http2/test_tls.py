"""TLS: versions, ALPN, client certificates, reload."""

import shutil
import signal
import socket
import ssl
import time

import pytest

from certificates import Authority
from server import Server
from wire import INITIAL_WINDOW_SIZE, Closed, Connection, window_update


@pytest.fixture(scope="module")
def pki(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pki")
    pki = type("PKI", (), {})()
    pki.folder = folder
    pki.bank = Authority(folder, "bank")
    pki.stranger = Authority(folder, "stranger")
    pki.server = pki.bank.issue("server", "/CN=server-1", "DNS:localhost,IP:127.0.0.1")
    pki.renewed = pki.bank.issue("renewed", "/CN=server-2", "DNS:localhost,IP:127.0.0.1")
    pki.client = pki.bank.issue("client", "/O=Bank/CN=scoring", "URI:spiffe://bank/scoring,DNS:scoring.bank")
    pki.thief = pki.stranger.issue("thief", "/O=Bank/CN=scoring", "URI:spiffe://bank/scoring")
    return pki


def serve(pki, client="none", certificate=None):
    cert, key = certificate or pki.server
    flags = ["--tls-cert", cert, "--tls-key", key]
    if client != "none":
        flags += ["--tls-ca", str(pki.bank.certificate), "--tls-client", client]
    return Server(*flags)


def context(pki, certificate=None, alpn=("h2",), version=None):
    c = ssl.create_default_context(cafile=str(pki.bank.certificate))
    if alpn:
        c.set_alpn_protocols(list(alpn))
    if version:
        c.minimum_version = c.maximum_version = version
    if certificate:
        c.load_cert_chain(*certificate)
    return c


def get(c, path="/", stream=1):
    c.request(stream, path=path)
    return c.expect_response(stream)[1].decode()


def common_name(c):
    return dict(field[0] for field in c.socket.getpeercert()["subject"])["commonName"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_tls_version_is_spoken_with_alpn_h2(pki, version):
    with serve(pki) as server:
        c = Connection(server.address, tls=context(pki, version=version))
        assert c.socket.selected_alpn_protocol() == "h2"
        assert get(c) == "Hello, world!\n"


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_tls_1_1_is_refused(pki):
    with serve(pki) as server:
        c = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        c.check_hostname = False
        c.verify_mode = ssl.CERT_NONE
        c.set_ciphers("ALL:@SECLEVEL=0")
        c.minimum_version = ssl.TLSVersion.TLSv1
        c.maximum_version = ssl.TLSVersion.TLSv1_1
        with socket.create_connection(server.address) as s, pytest.raises(ssl.SSLError) as error:
            c.wrap_socket(s)
        assert "PROTOCOL_VERSION" in str(error.value)
        assert server.stop()["tls"] == 1


@pytest.mark.parametrize("alpn", [("http/1.1",), ()], ids=["another", "none"])
def test_a_client_without_alpn_h2_is_refused(pki, alpn):
    with serve(pki) as server:
        with pytest.raises((ssl.SSLError, Closed, ConnectionError)):
            Connection(server.address, tls=context(pki, alpn=alpn))
        assert server.stop()["tls"] == 1


def test_a_client_certificate_is_not_needed_when_optional(pki):
    with serve(pki, "optional") as server:
        assert get(Connection(server.address, tls=context(pki)), "/peer") == "nobody\n"


@pytest.mark.parametrize("mode", ["optional", "required"])
def test_the_identity_of_a_client_reaches_the_handler(pki, mode):
    with serve(pki, mode) as server:
        c = Connection(server.address, tls=context(pki, pki.client))
        assert get(c, "/peer") == "spiffe://bank/scoring\n"


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_client_without_a_certificate_is_refused_when_required(pki, version):
    with serve(pki, "required") as server:
        with pytest.raises((ssl.SSLError, Closed, ConnectionError)):
            get(Connection(server.address, tls=context(pki, version=version)))
        assert server.stop()["tls"] == 1


@pytest.mark.parametrize("mode", ["optional", "required"])
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3], ids=["1.2", "1.3"])
def test_a_certificate_of_another_authority_is_refused(pki, mode, version):
    with serve(pki, mode) as server:
        with pytest.raises((ssl.SSLError, Closed, ConnectionError)):
            get(Connection(server.address, tls=context(pki, pki.thief, version=version)))
        assert server.stop()["tls"] == 1


def test_garbage_instead_of_a_handshake_is_refused(pki):
    with serve(pki) as server:
        with socket.create_connection(server.address) as s:
            s.settimeout(10)
            s.sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(100))
            while s.recv(4096):
                pass
        assert server.stop()["tls"] == 1


def test_a_reload_keeps_connections_and_gives_new_ones_the_new_certificate(pki, tmp_path):
    certificate, key = tmp_path / "tls.crt", tmp_path / "tls.key"

    def use(pair):
        shutil.copy(pair[0], certificate)
        shutil.copy(pair[1], key)

    use(pki.server)
    with serve(pki, certificate=(str(certificate), str(key))) as server:
        old = Connection(server.address, tls=context(pki))
        assert common_name(old) == "server-1"
        old.request(1, path="/wait/800")
        use(pki.renewed)
        server.signal(signal.SIGHUP)
        deadline = time.monotonic() + 10
        while common_name(new := Connection(server.address, tls=context(pki))) != "server-2":
            assert time.monotonic() < deadline, "the new certificate was never used"
            time.sleep(0.05)
        assert get(new) == "Hello, world!\n"
        assert old.expect_response(1)[1] == b"Hello, world!\n"
        assert get(old, stream=3) == "Hello, world!\n"


def test_a_large_answer_arrives_whole_over_tls(pki):
    with serve(pki) as server:
        c = Connection(server.address, tls=context(pki), settings=[(INITIAL_WINDOW_SIZE, 2**31 - 1)])
        c.send(window_update(0, 1 << 30))
        assert len(get(c, "/bytes/5000000")) == 5_000_000


def test_connections_that_carried_large_bodies_keep_no_memory_for_them(pki):
    with serve(pki) as server:
        connections = []
        for index in range(60):
            c = Connection(server.address, tls=context(pki), settings=[(INITIAL_WINDOW_SIZE, 2**31 - 1)])
            c.send(window_update(0, 1 << 30))
            assert len(get(c, "/flood/1000000")) == 1_000_000
            c.request(3, "POST", "/", end=False)
            assert c.send_body(3, bytes(200_000)) == 200_000
            c.expect_response(3)
            connections.append(c)
            if index == 9:
                # Buffers that the loop shares have their size now.
                before = server.resident_bytes
        assert (server.resident_bytes - before) / 50 < 120_000
        for c in connections:
            c.close()
