"""Who vouches for the audit log beside the server itself: its witnesses, and a timestamp authority."""

from typing import Final

from mediation.settings.refusal import SettingsError, is_address

Witnesses = tuple[tuple[str, str], ...]
"""(verifier key, address before `/add-checkpoint`) of each."""
MOST_WITNESSES: Final = 16


def witnesses(text: str, mode: str) -> Witnesses:
    """The pairs of AUDIT_WITNESSES. Raises SettingsError."""
    parts = text.replace(",", " ").split()
    found = tuple((vkey, url.rstrip("/")) for vkey, url in zip(parts[::2], parts[1::2], strict=False))
    if len(parts) % 2 or len(found) > MOST_WITNESSES or len({vkey for vkey, _ in found}) < len(found):
        raise SettingsError("AUDIT_WITNESSES must be pairs of verifier key and address, each key once, 16 at most.")
    for vkey, url in found:
        if not _is_witness_key(vkey):
            raise SettingsError("AUDIT_WITNESSES must hold verifier keys of witnesses (type 4), as they name them.")
        if not is_address(url, secure=False):
            raise SettingsError("AUDIT_WITNESSES must hold addresses such as https://witness.example.org.")
        if not is_address(url, secure=mode == "production"):
            raise SettingsError("The addresses of AUDIT_WITNESSES must be https in production.")
    return found


def _is_witness_key(text: str) -> bool:
    from mediation.protocol import notes
    from mediation.protocol.errors import ProtocolError

    try:
        return notes.parse_key(text).type == notes.COSIGNATURE
    except ProtocolError:
        return False


def check_timestamps(url: str, roots: str) -> None:
    """Both or neither, in production too over http: many authorities have nothing else; they are sent a hash, and what
    they answer is signed. Raises SettingsError.
    """
    if bool(url) != bool(roots):
        raise SettingsError("AUDIT_TIMESTAMP_URL and AUDIT_TIMESTAMP_ROOTS are given together, or neither of them.")
    if url and not is_address(url, secure=False):
        raise SettingsError("AUDIT_TIMESTAMP_URL must be an address such as https://timestamp.example.org.")
    if roots and not _are_certificates(roots):
        raise SettingsError("AUDIT_TIMESTAMP_ROOTS must be certificates as PEM: -----BEGIN CERTIFICATE-----.")


def _are_certificates(text: str) -> bool:
    """Whether this is PEM of certificates, without the library that uses them: it takes long to load."""
    import ssl

    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=text)
    except (ssl.SSLError, ValueError):
        return False
    return True
