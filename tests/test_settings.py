"""Settings come from the environment alone; production never runs on keys that were made up."""

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest

from mediation.ledger.stamps import roots_in
from mediation.protocol import notes
from mediation.settings import ROOT, Settings, SettingsError, documentation, read
from tests.ledger.authority import FROM, Authority

BROKEN = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
WITNESS = notes.verifier_key("w.example", bytes(32), notes.COSIGNATURE).text
LOG_KEY = notes.verifier_key("w.example", bytes(32)).text
KEYS = ("SESSION_KEY", "PEPPER", "FIELD_KEY", "BUNDLE_KEY", "AUDIT_KEY")


def _key(byte: int = 1) -> str:
    return base64.urlsafe_b64encode(bytes([byte]) * 32).decode().rstrip("=")


def _production(tmp_path: Path) -> dict[str, str]:
    keys = {name: _key(number) for number, name in enumerate(KEYS)}
    place = {"MEDIATION_INSTANCE": str(tmp_path), "PUBLIC_URL": "https://letters.example.org"}
    return {"MEDIATION_MODE": "production", **place, **keys}


def test_outside_production_keys_are_made_once_and_kept_private(tmp_path: Path) -> None:
    first = read({"MEDIATION_INSTANCE": str(tmp_path / "new")})
    again = read({"MEDIATION_INSTANCE": str(tmp_path / "new")})
    assert first == again
    file = tmp_path / "new" / "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    keys = [first.session_keys, first.peppers, first.field_keys, first.bundle_keys, first.audit_keys]
    assert len({key[0] for key in keys}) == 5
    assert all(len(key[0]) == 32 for key in keys)
    assert len(json.loads(file.read_text())) == 5


@pytest.mark.parametrize("missing", KEYS)
def test_production_refuses_a_missing_key(tmp_path: Path, missing: str) -> None:
    environ = _production(tmp_path)
    del environ[missing]
    with pytest.raises(SettingsError, match=missing):
        read(environ)
    assert not (tmp_path / "keys.json").exists()


def test_production_refuses_keys_that_were_generated(tmp_path: Path) -> None:
    read({"MEDIATION_INSTANCE": str(tmp_path)})
    environ = _production(tmp_path)
    for name in KEYS:
        del environ[name]
    with pytest.raises(SettingsError, match="SESSION_KEY"):
        read(environ)


def test_production_reads_keys_from_the_environment_or_files(tmp_path: Path) -> None:
    environ = _production(tmp_path)
    (tmp_path / "pepper").write_text(f"{_key(9)}\n{_key(8)}\n")
    del environ["PEPPER"]
    environ["PEPPER_FILE"] = str(tmp_path / "pepper")
    settings = read(environ)
    assert settings.peppers == (b"\x09" * 32, b"\x08" * 32)
    assert settings.secure


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"PEPPER": "short"}, "PEPPER"),
        ({"PEPPER": "!" * 43}, "PEPPER"),
        ({"PEPPER": "é"}, "PEPPER"),
        ({"PEPPER": "", "PEPPER_FILE": "/nowhere"}, "PEPPER"),
        ({"PUBLIC_URL": "http://letters.example.org"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "letters.example.com"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": "https://example.org/path"}, "PUBLIC_URL"),
        ({"PUBLIC_URL": ""}, "PUBLIC_URL"),
        ({"PORT": "eighty"}, "PORT"),
        ({"PORT": "-1"}, "PORT"),
        ({"MEDIATION_MODE": "prod"}, "MEDIATION_MODE"),
        ({"SESSION_HOURS": "1.5"}, "SESSION_HOURS"),
        ({"PROCESSES": "0"}, "PROCESSES"),
        ({"THREADS": "0"}, "THREADS"),
        ({"AUDIT_WITNESSES": f"{WITNESS}"}, "AUDIT_WITNESSES"),
        ({"AUDIT_WITNESSES": "no-key-at-all https://w.example"}, "AUDIT_WITNESSES"),
        ({"AUDIT_WITNESSES": f"{LOG_KEY} https://w.example"}, "AUDIT_WITNESSES"),
        ({"AUDIT_WITNESSES": f"{WITNESS} w.example"}, "AUDIT_WITNESSES"),
        ({"AUDIT_WITNESSES": f"{WITNESS} http://w.example"}, "AUDIT_WITNESSES"),
        ({"AUDIT_WITNESSES": f"{WITNESS} https://w.example {WITNESS} https://v.example"}, "AUDIT_WITNESSES"),
        ({"AUDIT_TIMESTAMP_URL": "https://tsa.example"}, "AUDIT_TIMESTAMP_ROOTS"),
        ({"AUDIT_TIMESTAMP_ROOTS": "-----BEGIN CERTIFICATE-----"}, "AUDIT_TIMESTAMP_URL"),
        ({"AUDIT_TIMESTAMP_URL": "tsa.example", "AUDIT_TIMESTAMP_ROOTS": "PEM"}, "AUDIT_TIMESTAMP_URL"),
        ({"AUDIT_TIMESTAMP_URL": "ftp://tsa.example", "AUDIT_TIMESTAMP_ROOTS": "PEM"}, "AUDIT_TIMESTAMP_URL"),
        ({"AUDIT_TIMESTAMP_URL": "https://tsa.example", "AUDIT_TIMESTAMP_ROOTS": "no cert"}, "AUDIT_TIMESTAMP_ROOTS"),
        ({"AUDIT_TIMESTAMP_URL": "https://tsa.example", "AUDIT_TIMESTAMP_ROOTS": BROKEN}, "AUDIT_TIMESTAMP_ROOTS"),
        ({"AUDIT_TIMESTAMP_URL": "https://t.example", "AUDIT_TIMESTAMP_ROOTS_FILE": "/nowhere"}, "AUDIT_TIMESTAMP_RO"),
        ({"DATABASE_URL": "mysql://anna:canary-7f3a@host/letters"}, "DATABASE_URL"),
        ({"DATABASE_URL": "letters.sqlite3"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql://anna:canary/7f3a@host:none/letters"}, "DATABASE_URL"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_and_not_shown(
    tmp_path: Path, change: dict[str, str], named: str
) -> None:
    with pytest.raises(SettingsError, match=named) as caught:
        read({**_production(tmp_path), **change})
    for value in change.values():
        assert len(value) < 5 or value not in str(caught.value)


def test_witnesses_are_read(tmp_path: Path) -> None:
    other = notes.verifier_key("v.example", bytes(32), notes.COSIGNATURE).text
    text = f"{WITNESS} https://w.example/w/,\n{other} https://v.example"
    settings = read({**_production(tmp_path), "AUDIT_WITNESSES": text})
    assert settings.audit_witnesses == ((WITNESS, "https://w.example/w"), (other, "https://v.example"))
    assert read(_production(tmp_path)).audit_witnesses == ()


def test_a_timestamp_authority_is_read_with_its_roots_from_a_file(tmp_path: Path) -> None:
    pem = Authority(FROM).pem + Authority(FROM).pem
    (tmp_path / "roots.pem").write_text(f"Root of the tests\n{pem}")
    given = {"AUDIT_TIMESTAMP_URL": "http://anna:canary-7f3a@tsa.example/tsr"}
    settings = read({**_production(tmp_path), **given, "AUDIT_TIMESTAMP_ROOTS_FILE": str(tmp_path / "roots.pem")})
    assert settings.timestamp_url == given["AUDIT_TIMESTAMP_URL"]
    assert len(roots_in(settings.timestamp_roots)) == 2
    assert "canary" not in repr(settings)
    assert read(_production(tmp_path)).timestamp_url == ""


def test_port_and_host_are_honoured(tmp_path: Path) -> None:
    settings = read({"MEDIATION_INSTANCE": str(tmp_path), "PORT": "8123", "HOST": "0.0.0.0"})  # noqa: S104  # read, not bound
    assert (settings.host, settings.port, settings.public_url) == ("0.0.0.0", 8123, "http://127.0.0.1:8123")  # noqa: S104


def test_numbers_and_switches_are_read(tmp_path: Path) -> None:
    environ = {"MEDIATION_INSTANCE": str(tmp_path), "SESSION_HOURS": "3", "WORKER_THREAD": "0"}
    settings = read(environ)
    assert (settings.session_hours, settings.worker_thread, settings.lock_minutes) == (3, False, 15)


def test_settings_are_frozen_and_show_no_key(tmp_path: Path) -> None:
    settings = read({**_production(tmp_path), "DATABASE_URL": "postgresql://anna:canary-7f3a@host/letters"})
    with pytest.raises(FrozenInstanceError):
        settings.port = 1  # type: ignore[misc]  # that is the point
    assert "\\x0" not in repr(settings)
    assert "canary" not in repr(settings)


def test_processes_that_start_together_have_the_same_keys(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starting:
        found = list(starting.map(lambda _: read({"MEDIATION_INSTANCE": str(tmp_path)}), range(16)))
    assert len({one.session_keys for one in found}) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]


def test_every_setting_is_documented() -> None:
    rows = documentation()
    assert [row[0] for row in rows] == [one.metadata["variable"] for one in fields(Settings)]
    assert len({row[0] for row in rows}) == len(rows)
    for _, _, text in rows:
        assert text.endswith("."), text


def test_the_operations_page_lists_every_setting_as_it_is() -> None:
    page = (ROOT / "docs" / "operations.md").read_text("utf-8")
    for variable, default, text in documentation():
        shown = f"`{default}`" if default else ""
        assert f"| `{variable}` | {shown} | {text} |" in page
