"""The decision log in SQLite and in a real PostgreSQL, which comes and goes under load."""

import concurrent.futures
import random
import sqlite3
import subprocess
import threading
import time

import grpc
import pytest
from decisions_kit import CREDIT, decisions, find, verify
from harness import DEMO, binary
from postgres import running


@pytest.fixture
def postgres():
    with running() as server:
        yield server


@pytest.fixture
def postgres_over_tls():
    with running(tls=True) as server:
        yield server


def load(caller, answered, refused, done):
    """Asks until it is told to end."""

    def ask(worker: int):
        number = 0
        while not done.is_set():
            number += 1
            name = f"{worker}-{number}"
            try:
                caller.score(name, seed=number % 20)
                answered.append(name)
            except grpc.RpcError as error:
                assert error.code() == grpc.StatusCode.UNAVAILABLE, error
                refused.append(name)
                time.sleep(0.01)

    workers = concurrent.futures.ThreadPoolExecutor(4)
    return [workers.submit(ask, worker) for worker in range(4)]


def test_sqlite_holds_every_decision_and_its_chain(start, tmp_path):
    log = f"sqlite:{tmp_path / 'decisions.db'}"
    pod, caller = start(log)
    for number in range(30):
        caller.score(f"A-{number}", seed=number)
    # Readers do not wait for the writer.
    assert len(find(log, "--model", CREDIT)) == 30
    pod.process.kill()
    pod.process.wait()
    pod, caller = start(log)
    caller.score("A-30")
    assert pod.stop() == 0
    code, text = verify(log)
    assert code == 0 and "sound: 31 records" in text, text
    (found,) = find(log, "--request-id", "A-30")
    assert find(log, "--id", found["record"]["id"]) == [found]
    with sqlite3.connect(tmp_path / "decisions.db") as database:
        database.execute("UPDATE vigie_decisions SET record = replace(record, 'A-7', 'A-8')")
    code, text = verify(log)
    assert code == 1 and "seq 8: the record has been changed" in text


def test_a_locked_sqlite_refuses_and_recovers(start, tmp_path):
    log = f"sqlite:{tmp_path / 'decisions.db'}"
    pod, caller = start(log)
    caller.score("before")
    other = sqlite3.connect(tmp_path / "decisions.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(grpc.RpcError) as refusal:
        caller.score("locked", timeout=20)
    assert refusal.value.code() == grpc.StatusCode.UNAVAILABLE
    assert "locked" in refusal.value.details()
    other.execute("ROLLBACK")
    other.close()
    until = time.monotonic() + 20
    while True:
        try:
            caller.score("after", timeout=20)
            break
        except grpc.RpcError:
            assert time.monotonic() < until
            time.sleep(0.1)
    assert pod.stop() == 0
    assert [one["record"]["requestId"] for one in find(log)] == ["before", "after"]
    assert verify(log)[0] == 0


def test_a_file_that_is_no_database_stops_the_pod_from_starting(start, tmp_path):
    (tmp_path / "decisions.db").write_bytes(b"this is no database\n" * 500)
    with pytest.raises(AssertionError, match="--decision-log.*not a database"):
        start(f"sqlite:{tmp_path / 'decisions.db'}")


def wait_for_more(answered, than):
    until = time.monotonic() + 60
    while len(answered) <= than:
        assert time.monotonic() < until, "no more answers"
        time.sleep(0.05)


def test_postgres_restarted_under_load_has_all_that_was_answered(start, postgres):
    pod, caller = start(postgres.log)
    answered, refused, done = [], [], threading.Event()
    tasks = load(caller, answered, refused, done)
    wait_for_more(answered, 50)
    postgres.stop()
    time.sleep(1)
    count = len(answered)
    postgres.start()
    wait_for_more(answered, count + 50)
    done.set()
    for task in tasks:
        task.result()
    assert refused
    assert pod.stop() == 0
    found = {one["record"]["requestId"] for one in find(postgres.log)}
    assert set(answered) <= found
    code, text = verify(postgres.log)
    assert code == 0, text


def test_postgres_best_effort_answers_all_and_keeps_what_fits(start, postgres):
    pod, caller = start(postgres.log, "--decision-log-mode=best-effort")
    answered, refused, done = [], [], threading.Event()
    tasks = load(caller, answered, refused, done)
    wait_for_more(answered, 50)
    postgres.stop()
    wait_for_more(answered, len(answered) + 100)
    postgres.start()
    wait_for_more(answered, len(answered) + 50)
    done.set()
    for task in tasks:
        task.result()
    assert not refused
    # All fitted into the queue while the database was away, and are written when it is back.
    until = time.monotonic() + 30
    while len(find(postgres.log)) < len(answered) and time.monotonic() < until:
        time.sleep(0.2)
    assert pod.stop() == 0
    found = [one["record"]["requestId"] for one in find(postgres.log)]
    assert sorted(found) == sorted(answered)
    assert verify(postgres.log)[0] == 0


@pytest.mark.parametrize("mode", ["required", "best-effort"])
def test_no_name_is_too_long_for_the_databases(start, postgres, tmp_path, mode):
    """Longer than an entry of PostgreSQL's index, and not to be compressed."""
    names = [random.Random(seed).randbytes(10_000).hex() for seed in range(3)] + ["é" * 5000]
    places = [f"sqlite:{tmp_path / 'decisions.db'}", postgres.log]
    pod, caller = start(";".join(places), f"--decision-log-mode={mode}")
    for name in names:
        caller.score(name)
        # Who comes next is not refused for it.
        caller.score("short")
    assert pod.stop() == 0
    for place in places:
        assert len(find(place)) == 8
        assert verify(place)[0] == 0
        for name in names:
            (found,) = find(place, "--request-id", name)
            assert found["record"]["requestId"] == name


def test_a_database_that_lacks_characters_stops_the_pod_from_starting(start, postgres):
    command = "CREATE DATABASE narrow ENCODING LATIN1 LOCALE 'C' TEMPLATE template0"
    address = ["-h", "127.0.0.1", "-p", str(postgres.port), "-U", "vigie", "postgres"]
    subprocess.run([f"{postgres.programs}/psql", *address, "-c", command], check=True)
    with pytest.raises(AssertionError, match="encoding must be UTF8, not LATIN1"):
        start(postgres.log.replace("dbname=postgres", "dbname=narrow"))


def test_several_sinks_have_a_chain_each(start, postgres, tmp_path):
    places = [f"file:{tmp_path / 'log'}", f"sqlite:{tmp_path / 'decisions.db'}", postgres.log]
    pod, caller = start(";".join(places))
    for number in range(10):
        caller.score(f"A-{number}")
    assert pod.stop() == 0
    ids = [[one["record"]["id"] for one in find(place)] for place in places]
    assert len(ids[0]) == 10 and ids[0] == ids[1] == ids[2]
    assert all(verify(place)[0] == 0 for place in places)


def test_two_pods_share_a_database_but_not_a_chain(start, postgres):
    start(postgres.log)
    with pytest.raises(AssertionError, match="another pod writes the chain 'test'"):
        start(postgres.log)
    pod, caller = start(postgres.log, "--decision-log-chain=other")
    caller.score("other")
    assert len(find(postgres.log, "--chain", "other")) == 1


def test_a_database_that_there_is_not_stops_the_pod_from_starting(start):
    with pytest.raises(AssertionError, match="--decision-log.*refused"):
        start("postgres:host=127.0.0.1 port=1 user=nobody password=s3cret")
    result = decisions("find", "--log", "postgres:host=127.0.0.1 port=1")
    assert result.returncode != 0 and "refused" in result.stderr


def test_postgres_over_tls_is_checked_in_full(start, postgres_over_tls):
    server = postgres_over_tls
    place = f"postgres:hostaddr=127.0.0.1 port={server.port} user=vigie dbname=postgres"
    checked = f"{place} host=localhost sslmode=verify-full sslrootcert={server.authority}"
    pod, caller = start(checked)
    for number in range(10):
        caller.score(f"A-{number}", seed=number)
    # What the server knows of its connections: the pod's are encrypted.
    psql = f"{server.programs}/psql"
    asked = subprocess.run(
        [psql, "-At", "-d", checked.removeprefix("postgres:"), "-c"]
        + [
            "SELECT count(*), bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid)"
            " WHERE application_name = 'vigie'"
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    count, encrypted = asked.stdout.strip().split("|")
    assert int(count) >= 1 and encrypted == "t", asked.stdout
    assert pod.stop() == 0
    assert len(find(checked)) == 10
    code, text = verify(checked)
    assert code == 0 and "sound: 10 records" in text, text


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ("host=localhost sslmode=disable", "no encryption"),
        ("host=localhost sslmode=verify-full sslrootcert={other}", "certificate verify failed"),
        ("host=elsewhere.test sslmode=verify-full sslrootcert={ca}", "does not match host name"),
    ],
)
def test_a_postgres_that_is_not_who_it_should_be_gets_no_record(
    postgres_over_tls, tmp_path, words, reason
):
    other = tmp_path / "other.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=other"]
        + ["-keyout", tmp_path / "key.pem", "-out", other, "-days", "1"],
        check=True,
        capture_output=True,
    )
    words = words.format(ca=postgres_over_tls.authority, other=other)
    place = f"postgres:hostaddr=127.0.0.1 port={postgres_over_tls.port} user=vigie dbname=postgres"
    serve = subprocess.run(
        [binary("vigie"), "serve", f"--registry={DEMO}", "--listen=127.0.0.1:0"]
        + [f"--decision-log={place} {words}"],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert serve.returncode == 78 and reason in serve.stderr, serve
    result = decisions("find", "--log", f"{place} {words}")
    assert result.returncode not in (0, 1) or reason in result.stderr, result
