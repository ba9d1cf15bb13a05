"""One frozen settings object, read from the environment once; every field says what it does.

`read(environ)` never guesses in production: it refuses generated, missing or short keys. Elsewhere the server's own
keys are made on the first run and kept in `instance/keys.json` (0600). A key may be a list: the first one is used, the
others are still accepted, which is how each is rotated (`docs` of the field).
"""

import base64
import json
import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import MISSING, dataclass, field, fields
from pathlib import Path
from tempfile import mkstemp
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from mediation.settings.log import Witnesses as Witnesses
from mediation.settings.log import check_timestamps, witnesses
from mediation.settings.refusal import SettingsError as SettingsError
from mediation.settings.refusal import is_address

ROOT: Final = Path(__file__).resolve().parent.parent.parent
Mode = Literal["development", "demonstration", "production"]
Keys = tuple[bytes, ...]


def _variable(name: str, text: str) -> dict[str, str]:
    return {"variable": name, "text": text}


def _words(variable: str, text: str, default: str = "", *, secret: bool = False) -> Any:
    """A field of the settings that is plain text."""
    return field(default=default, repr=not secret, metadata=_variable(variable, text))


def _whole(variable: str, default: int, text: str) -> Any:
    """A field of the settings that is a whole number."""
    return field(default=default, metadata=_variable(variable, text))


@dataclass(frozen=True, kw_only=True)
class Settings:
    """All that can be set. The metadata of each field holds the environment variable and its explanation."""

    mode: Mode = field(
        metadata=_variable("MEDIATION_MODE", "development, demonstration (shows /dev/phones) or production.")
    )
    instance: Path = field(
        metadata=_variable(
            "MEDIATION_INSTANCE", "Directory (0700) of the server's own files: keys, database, built static files."
        )
    )
    database_url: str = field(
        repr=False,  # it may hold a password
        metadata=_variable(
            "DATABASE_URL",
            "postgresql://user:password@host/name, or sqlite:///file; by default in the instance directory.",
        ),
    )
    host: str = field(metadata=_variable("HOST", "Address that `mediation run` listens on."))
    port: int = field(metadata=_variable("PORT", "Port that `mediation run` listens on."))
    public_url: str = field(
        metadata=_variable(
            "PUBLIC_URL",
            "What people's browsers call this server; https in production. Writes must come from this origin.",
        )
    )
    trusted_proxies: int = field(
        metadata=_variable(
            "TRUSTED_PROXIES", "How many proxies in front add X-Forwarded-* headers. 0: none is believed."
        )
    )
    session_keys: Keys = field(
        repr=False,
        metadata=_variable(
            "SESSION_KEY", "Signs the session cookie. Rotate: put the new key first, drop the old one after a day."
        ),
    )
    peppers: Keys = field(
        repr=False,
        metadata=_variable(
            "PEPPER",
            "Hides sign-in secrets, unknown names and look-ups. Rotate: new one first, accounts move over at sign-in.",
        ),
    )
    field_keys: Keys = field(
        repr=False,
        metadata=_variable(
            "FIELD_KEY",
            "Encrypts phone numbers and other columns. Rotate: new one first, then `mediation rekey`.",
        ),
    )
    bundle_keys: Keys = field(
        repr=False,
        metadata=_variable(
            "BUNDLE_KEY",
            "Outer encryption of people's key bundles. Rotate: new one first; bundles move over as people sign in.",
        ),
    )
    audit_keys: Keys = field(
        repr=False,
        metadata=_variable(
            "AUDIT_KEY",
            "Seed of the audit log's Ed25519 signing key. Rotate: see docs/operations.md.",
        ),
    )
    session_idle_minutes: int = _whole(
        "SESSION_IDLE_MINUTES", 60, "A session ends after so many minutes without a request."
    )
    session_hours: int = _whole("SESSION_HOURS", 12, "A session ends after so many hours in any case.")
    lock_minutes: int = _whole(
        "LOCK_MINUTES", 15, "The server's half of the unlocking key is dropped after so many idle minutes."
    )
    body_limit: int = _whole("BODY_LIMIT", 4 * 1024 * 1024, "Bytes of the largest request body that is read.")
    processes: int = _whole("PROCESSES", 1, "Web processes of `mediation run`.")
    threads: int = _whole("THREADS", 8, "Threads that answer requests in each web process.")
    tries_per_name: int = _whole("TRIES_PER_NAME", 10, "Wrong passphrases for one sign-in name within 15 minutes.")
    tries_per_address: int = _whole(
        "TRIES_PER_ADDRESS", 60, "Wrong passphrases and unknown invitations from one address within 15 minutes."
    )
    audit_hour: int = _whole("AUDIT_HOUR", 3, "The hour of the day (UTC) at which the audit log is published.")
    audit_step: int = _whole(
        "AUDIT_STEP",
        512,
        "Entries by which the published audit log grows each day, so that a silent and a busy day look alike.",
    )
    audit_witnesses: Witnesses = field(
        default=(),
        metadata=_variable(
            "AUDIT_WITNESSES",
            "Who signs each published head of the audit log too: pairs of a witness's verifier key and its address.",
        ),
    )
    timestamp_url: str = _words(
        "AUDIT_TIMESTAMP_URL",
        "A timestamp authority (RFC 3161) that stamps each published head of the audit log too.",
        secret=True,  # it may hold a password
    )
    timestamp_roots: str = _words(
        "AUDIT_TIMESTAMP_ROOTS", "The root certificates of that authority, and of earlier ones, as PEM (or …_FILE)."
    )
    sms_provider: str = _words(
        "SMS_PROVIDER", "Who carries texts: twilio or notify. Without one, none go out (docs/sms.md)."
    )
    twilio_account: str = _words("TWILIO_ACCOUNT_SID", "Twilio: the account, AC….")
    twilio_token: str = _words(
        "TWILIO_AUTH_TOKEN", "Twilio: the account's token, which signs its webhooks too (or …_FILE).", secret=True
    )
    twilio_sender: str = _words(
        "TWILIO_SENDER", "Twilio: a Messaging Service (MG…), a number of yours, or a sender name."
    )
    twilio_url: str = _words(
        "TWILIO_URL", "Twilio: where its API is, for accounts in another region.", "https://api.twilio.com"
    )
    notify_key: str = _words("NOTIFY_API_KEY", "GOV.UK Notify: the API key (or …_FILE).", secret=True)
    notify_template: str = _words("NOTIFY_TEMPLATE_ID", "GOV.UK Notify: a text template whose whole text is ((text)).")
    notify_sender: str = _words("NOTIFY_SENDER_ID", "GOV.UK Notify: which sender, if not the default one.")
    notify_token: str = _words(
        "NOTIFY_CALLBACK_TOKEN", "GOV.UK Notify: the bearer token of its callbacks (or …_FILE).", secret=True
    )
    notify_url: str = _words(
        "NOTIFY_URL", "GOV.UK Notify: where its API is.", "https://api.notifications.service.gov.uk"
    )
    sms_price: int = _whole(
        "SMS_PRICE", 40, "Tenths of a penny that a segment of a text costs: an estimate for the administrators' report."
    )
    sms_codes_a_day: int = _whole(
        "SMS_CODES_A_DAY",
        200,
        "Texts with a code that may go out within 24 hours, of the whole agency: what somebody can make it spend.",
    )
    compress_static: bool = field(
        default=True,
        metadata=_variable("COMPRESS_STATIC", "Whether static files are precompressed at the first start (1 or 0)."),
    )
    worker_thread: bool = field(
        default=True,
        metadata=_variable(
            "WORKER_THREAD", "Whether each web process does the worker's jobs too (1), or `mediation worker` (0)."
        ),
    )

    @property
    def secure(self) -> bool:
        """Whether people reach this server over https."""
        return self.public_url.startswith("https://")

    @property
    def demonstration(self) -> bool:
        """Whether this is a demonstration, which shows the texts that it would send."""
        return self.mode == "demonstration"

    def log_origin(self, number: int = 1) -> str:
        """The origin line of an audit log of this server: `<host>/audit/<number>`."""
        return f"{urlsplit(self.public_url).netloc}/audit/{number}"


_KEY_VARIABLES: Final = {
    "session_keys": "SESSION_KEY",
    "peppers": "PEPPER",
    "field_keys": "FIELD_KEY",
    "bundle_keys": "BUNDLE_KEY",
    "audit_keys": "AUDIT_KEY",
}
DEMONSTRATION_FILE: Final = "demonstration.sqlite3"
"""A database of its own beside the real one, so that nobody finds the demonstration where they want to begin."""
_DATABASES: Final = ("postgresql://", "postgres://", "postgresql+psycopg://", "sqlite:///", "sqlite+pysqlite:///")
_MODES: Final = ("development", "demonstration", "production")


def read(environ: Mapping[str, str] = os.environ) -> Settings:
    """This environment's settings; makes the instance directory and, but in production, keys. Raises SettingsError."""
    mode = environ.get("MEDIATION_MODE", "development")
    if mode not in _MODES:
        raise SettingsError("MEDIATION_MODE must be development, demonstration or production.")
    instance = Path(environ.get("MEDIATION_INSTANCE", str(ROOT / "instance"))).resolve()
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    values: dict[str, Any] = {"mode": mode, "instance": instance, "host": environ.get("HOST", "127.0.0.1")}
    values["port"] = _number("PORT", environ.get("PORT", "8000"))
    file = instance / (DEMONSTRATION_FILE if mode == "demonstration" else "mediation.sqlite3")
    values["database_url"] = _database_url(environ.get("DATABASE_URL", f"sqlite:///{file}"))
    values["public_url"] = _public_url(environ, mode, values["port"])
    values["trusted_proxies"] = _number("TRUSTED_PROXIES", environ.get("TRUSTED_PROXIES", "0"))
    values |= _keys(environ, instance, mode)
    values["audit_witnesses"] = witnesses(environ.get("AUDIT_WITNESSES", ""), mode)
    values |= _optional(environ)
    values |= _texts(environ, mode)
    check_timestamps(values.get("timestamp_url", ""), values.get("timestamp_roots", ""))
    for name in ("processes", "threads", "audit_step"):
        if values.get(name) == 0:
            raise SettingsError(f"{name.upper()} must be at least 1.")
    if values.get("audit_hour", 0) > 23:
        raise SettingsError("AUDIT_HOUR must be 0 to 23.")
    return Settings(**values)


def _database_url(text: str) -> str:
    if not text.startswith(_DATABASES):
        raise SettingsError("DATABASE_URL must begin with postgresql:// or sqlite:///.")
    try:
        urlsplit(text).port  # noqa: B018  # raises for what is no number
    except ValueError:
        raise SettingsError("DATABASE_URL cannot be read. In a password, @ / : are written %40 %2F %3A.") from None
    return text


def _optional(environ: Mapping[str, str]) -> dict[str, int | bool]:
    found: dict[str, int | bool] = {}
    for one in fields(Settings):
        text = environ.get(one.metadata["variable"])
        if text is not None and isinstance(one.default, int):
            number = _number(one.metadata["variable"], text)
            found[one.name] = bool(number) if isinstance(one.default, bool) else number
    return found


def _number(variable: str, text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise SettingsError(f"{variable} must be a whole number.")
    return int(text)


def _public_url(environ: Mapping[str, str], mode: str, port: int) -> str:
    url = environ.get("PUBLIC_URL", "" if mode == "production" else f"http://127.0.0.1:{port}").rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path:
        raise SettingsError("PUBLIC_URL must be an origin such as https://letters.example.org.")
    if mode == "production" and parts.scheme != "https":
        raise SettingsError("PUBLIC_URL must be https in production.")
    return url


_NEEDED: Final = {
    "": (),
    "twilio": ("twilio_account", "twilio_token", "twilio_sender"),
    "notify": ("notify_key", "notify_template", "notify_token"),
}


def _texts(environ: Mapping[str, str], mode: str) -> dict[str, str]:
    """Who carries texts: all that they need, and nothing half."""
    variables = {one.name: one.metadata["variable"] for one in fields(Settings) if isinstance(one.default, str)}
    found = {name: _text(environ, variable) for name, variable in variables.items()}
    found = {name: text for name, text in found.items() if text}
    provider = found.get("sms_provider", "")
    if provider not in _NEEDED:
        raise SettingsError("SMS_PROVIDER must be twilio or notify, or not set.")
    if missing := [variables[name] for name in _NEEDED[provider] if name not in found]:
        raise SettingsError(f"With SMS_PROVIDER={provider} these must be given: {', '.join(missing)}.")
    for name in ("twilio_url", "notify_url"):
        if not is_address(found.get(name, "https://host"), secure=mode == "production"):
            raise SettingsError(f"{variables[name]} must be an address such as https://api.example.org.")
    return found


def _text(environ: Mapping[str, str], variable: str) -> str:
    if path := environ.get(f"{variable}_FILE"):
        try:
            return Path(path).read_text("ascii").strip()
        except (OSError, ValueError) as error:
            raise SettingsError(f"The file of {variable}_FILE cannot be read.") from error
    return environ.get(variable, "").strip()


def _keys(environ: Mapping[str, str], instance: Path, mode: str) -> dict[str, Keys]:
    given = {name: _given_key(environ, variable) for name, variable in _KEY_VARIABLES.items()}
    missing = [_KEY_VARIABLES[name] for name, keys in given.items() if not keys]
    if not missing:
        return given
    if mode == "production":
        raise SettingsError(f"In production these keys must be given: {', '.join(missing)} (or …_FILE).")
    return {name: keys or generated_keys(instance)[name] for name, keys in given.items()}


def _given_key(environ: Mapping[str, str], variable: str) -> Keys:
    text = environ.get(variable, "")
    if path := environ.get(f"{variable}_FILE"):
        try:
            text = Path(path).read_text("ascii")
        except (OSError, ValueError) as error:
            raise SettingsError(f"The file of {variable}_FILE cannot be read.") from error
    return tuple(_decoded(variable, part) for part in text.replace(",", " ").split())


def _decoded(variable: str, text: str) -> bytes:
    try:
        key = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError as error:
        raise SettingsError(f"{variable} must be base64url.") from error
    if len(key) != 32:
        raise SettingsError(f"{variable} must be 32 bytes in base64url.")
    return key


def generated_keys(instance: Path) -> dict[str, Keys]:
    """The keys in `instance/keys.json`, made if they are not there yet; readable by this user alone."""
    path = instance / "keys.json"
    if not path.exists():
        _make_keys(path)
    stored = json.loads(path.read_text("ascii"))
    return {name: tuple(_decoded(path.name, key) for key in keys) for name, keys in stored.items()}


def _make_keys(path: Path) -> None:
    """Of processes that start together, one makes them; no other ever sees half a file."""
    made = {name: [base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")] for name in _KEY_VARIABLES}
    descriptor, draft = mkstemp(prefix="keys-", dir=path.parent)  # 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            json.dump(made, file)
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        Path(draft).unlink(missing_ok=True)


def documentation() -> list[tuple[str, str, str]]:
    """(variable, default, explanation) of every field, for `mediation settings`, the README and a test."""
    rows = []
    for one in fields(Settings):
        default = "" if one.default in (MISSING, (), "") else str(one.default)
        rows.append((one.metadata["variable"], default, one.metadata["text"]))
    return rows
