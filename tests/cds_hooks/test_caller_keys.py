"""Keys of callers: read when needed, changed by their owners, out of reach at times."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from cds_hooks.caller_keys import CallerKeys, KeysOutOfReach, read_keys
from hosting import CdsClient
from tests.cds_hooks.callers import ISSUER, KeyServer, elliptic, key_set, rsa_key
from tests.lenient_clock import lenient_clock

NEW = elliptic("new")


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ours(keys: KeyServer, clock: Clock) -> CallerKeys:
    return patient(30.0, keys, clock)


def patient(seconds: float, keys: KeyServer, clock: Clock) -> CallerKeys:
    """Who waits so long for an answer."""
    return CallerKeys(CdsClient(iss=ISSUER, jwks_url=keys.url), seconds, clock)


def asked(keys: KeyServer) -> int:
    return sum(keys.asked.values())


def test_keys_are_read_when_first_needed_and_kept(ours: CallerKeys, keys: KeyServer) -> None:
    assert asked(keys) == 0
    assert [key.kid for _ in range(3) for key in ours.find("ec")] == ["ec"] * 3
    assert ours.find("rsa") and asked(keys) == 1


def test_a_new_key_is_fetched_at_once(ours: CallerKeys, keys: KeyServer) -> None:
    assert ours.find("ec")
    keys.publish(NEW)
    assert ours.find("new") and asked(keys) == 2
    assert not ours.find("ec"), "a key that was withdrawn is gone"


def test_unknown_keys_make_us_ask_once_in_five_seconds(ours: CallerKeys, keys: KeyServer, clock: Clock) -> None:
    assert ours.find("ec")
    assert not any(ours.find(f"unknown-{number}") for number in range(20))
    assert asked(keys) == 2
    keys.publish(elliptic(), NEW)
    clock.now += 4.9
    assert not ours.find("new") and asked(keys) == 2
    clock.now += 0.2
    assert ours.find("new") and asked(keys) == 3


def test_many_threads_ask_once(ours: CallerKeys, keys: KeyServer) -> None:
    keys.delay = 0.2
    with ThreadPoolExecutor(16) as threads:
        found = list(threads.map(lambda _: bool(ours.find("ec")), range(16)))
    assert all(found) and asked(keys) == 1


def test_keys_are_read_anew_after_an_hour(ours: CallerKeys, keys: KeyServer, clock: Clock) -> None:
    assert ours.find("ec")
    clock.now += 3599
    assert ours.find("ec") and asked(keys) == 1
    keys.publish(NEW)
    clock.now += 2
    assert not ours.find("ec") and asked(keys) == 2


def test_known_keys_outlive_a_key_server_that_is_down_for_a_while(
    ours: CallerKeys, keys: KeyServer, clock: Clock
) -> None:
    assert ours.find("ec")
    keys.status = 503
    clock.now += 3601
    assert ours.find("ec") and ours.find("ec") and asked(keys) == 2
    clock.now += 3 * 3600
    assert not ours.find("ec")
    keys.status = 200
    clock.now += 5
    assert ours.find("ec")


def test_nobody_waits_for_an_answer_with_a_key_in_hand(ours: CallerKeys, keys: KeyServer, clock: Clock) -> None:
    assert ours.find("ec")
    clock.now += 3601
    keys.gate.clear()
    with ThreadPoolExecutor(2) as threads:
        asking = threads.submit(ours.find, "ec")
        while asked(keys) < 2:
            time.sleep(0.01)
        try:
            assert ours.find("ec") and not asking.done()
        finally:
            keys.gate.set()
        assert asking.result()


def test_a_file_is_read_anew_for_an_unknown_key(tmp_path: Path, clock: Clock) -> None:
    file = tmp_path / "keys.json"
    file.write_text(json.dumps(key_set(elliptic())), "utf-8")
    ours = CallerKeys(CdsClient(iss=ISSUER, jwks_file=file), 1.0, clock)
    assert ours.find("ec")
    file.write_text(json.dumps(key_set(NEW)), "utf-8")
    assert ours.find("new")
    file.unlink()
    clock.now += 10
    assert not ours.find("other") and ours.find("new")


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        (("status", 500), "answer is not ok"),
        (("redirect_to", "foreign"), "answer is not ok"),
        (("delay", 60.0), "no answer in time"),
        (("drip", 0.2), "no answer in time"),
        (("body", b" " * 300_000), "answer too long"),
        (("body", b"<html>"), "not a key set"),
        (("body", b"{}"), "not a key set"),
        (("body", b"[]"), "not a key set"),
        (("body", b'{"keys":' + b"[" * 100_000), "not a key set"),
    ],
    ids=["error", "redirect", "silent", "drip", "endless", "no JSON", "no keys", "a list", "deep"],
)
def test_keys_out_of_reach(
    clock: Clock,
    keys: KeyServer,
    foreign: KeyServer,
    capsys: pytest.CaptureFixture[str],
    fault: tuple[str, Any],
    reason: str,
) -> None:
    member, value = fault
    setattr(keys, member, foreign.url if value == "foreign" else value)
    seconds = {"delay": 1.0, "drip": 6.0}.get(member, 30.0)
    with lenient_clock() as now:
        assert not patient(seconds, keys, clock).find("ec")
        assert now() < 20, "it would take a minute and more"
    assert not foreign.asked, "a redirect leads to an address that nobody has listed"
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["reason"]) == ("keys of a caller are out of reach", reason)


def test_headers_that_drip_hold_nobody_up(keys: KeyServer, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    """Each byte comes in time for the socket; before, everybody waited for the last one, one after the other."""
    keys.drips_headers = True
    keys.gate.clear()
    ours = patient(0.3, keys, clock)
    try:
        with ThreadPoolExecutor(4) as threads:
            waiting = [threads.submit(ours.find, "ec") for _ in range(4)]
            try:
                assert [one.result(timeout=30) for one in waiting] == [()] * 4
            finally:
                keys.gate.set()
    finally:
        keys.gate.set()
    assert json.loads(capsys.readouterr().err.splitlines()[0])["reason"] == "no answer in time"


def test_another_threads_question_is_not_waited_for_long(keys: KeyServer, clock: Clock) -> None:
    ours = patient(0.3, keys, clock)
    with ThreadPoolExecutor(1) as threads, ours._asking:
        assert threads.submit(ours.find, "ec").result(timeout=30) == ()
    assert not asked(keys)


def test_a_login_of_this_machine_stays_here(
    ours: CallerKeys, keys: KeyServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine 127.0.0.1 login joe password secret\n", "utf-8")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    assert ours.find("ec") and keys.logins == []


def test_a_key_server_that_comes_back_is_asked_again_at_once(ours: CallerKeys, keys: KeyServer) -> None:
    keys.status = 503
    assert not ours.find("ec")
    keys.status = 200
    assert ours.find("ec")


def test_a_server_that_is_not_there(clock: Clock) -> None:
    ours = CallerKeys(CdsClient(iss=ISSUER, jwks_url="http://127.0.0.1:9/jwks.json"), 1.0, clock)
    assert not ours.find("ec")


GOOD: dict[str, Any] = elliptic().as_dict(private=False)
GOOD_RSA: dict[str, Any] = rsa_key().as_dict(private=False)


@pytest.mark.parametrize(
    "jwk",
    [
        {"kty": "oct", "kid": "bad", "k": "AAAA"},
        {"kty": "OKP", "kid": "bad", "crv": "Ed25519", "x": "AAAA"},
        elliptic("bad").as_dict(private=True),
        GOOD | {"kid": "bad", "use": "enc"},
        GOOD | {"kid": "bad", "key_ops": ["sign"]},
        *(GOOD | {"kid": "bad", "key_ops": odd} for odd in (None, 3, True, "verify", [None])),
        *(GOOD | {"kid": "bad", "use": odd} for odd in (None, 3, ["sig"])),
        *(GOOD | {"kid": "bad", "alg": odd} for odd in (None, 3, ["ES384"])),
        *(GOOD | {"kid": odd} for odd in (None, ["bad"], {"bad": 1})),
        *(GOOD | {"kid": "bad", "kty": odd} for odd in (None, ["EC"])),
        GOOD | {"kid": "bad", "crv": ["P-384"]},
        GOOD_RSA | {"kid": "bad", "n": 5},
        GOOD_RSA | {"kid": "bad", "e": 65537},
        GOOD | {"kid": "bad", "crv": "P-999"},
        GOOD | {"kid": "bad", "y": GOOD["x"]},
        GOOD | {"kid": "bad", "x": None},
        {name: value for name, value in GOOD.items() if name != "kid"},
        {name: value for name, value in GOOD.items() if name != "kty"} | {"kid": "bad"},
        GOOD | {"kid": 5},
        GOOD_RSA | {"kid": "bad", "n": str(GOOD_RSA["n"])[:171]},
        GOOD_RSA | {"kid": "bad", "n": "A" * 171 + str(GOOD_RSA["n"])[:171]},
        GOOD_RSA | {"kid": "bad", "n": "###"},
        GOOD_RSA | {"kid": "bad", "e": "AQ"},
        {},
    ],
)
def test_a_key_that_must_not_be_used_is_left_out(jwk: dict[str, Any]) -> None:
    assert [*read_keys(json.dumps({"keys": [jwk, GOOD]}).encode())] == ["ec"]


def test_odd_company_does_not_spoil_a_key() -> None:
    odd = {"x5c": 5, "x5u": None, "x5t": "abc", "ext": True, "key_ops": ["verify"], "alg": "ES384", "nbf": 1}
    assert [*read_keys(json.dumps({"keys": [GOOD | odd], "more": 1}).encode())] == ["ec"]


def test_two_keys_of_one_id_are_both_tried() -> None:
    found = read_keys(json.dumps({"keys": [GOOD | {"kid": "x"}, GOOD_RSA | {"kid": "x"}]}).encode())
    assert [key.key_type for key in found["x"]] == ["EC", "RSA"]


@pytest.mark.parametrize("data", [b"", b"5", b'{"keys": {}}', b'{"keys": [5]}'])
def test_what_is_no_key_set(data: bytes) -> None:
    with pytest.raises(KeysOutOfReach):
        read_keys(data)
