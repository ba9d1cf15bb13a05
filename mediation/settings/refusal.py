"""How settings are refused, and what an address of somebody else's server must be."""

from urllib.parse import urlsplit


class SettingsError(Exception):
    """The environment does not make usable settings; the text says which variable and why, never its value."""


def is_address(text: str, *, secure: bool) -> bool:
    """Whether this is an address to which something can be added, and where it must be one of https."""
    parts = urlsplit(text)
    schemes = ("https",) if secure else ("http", "https")
    return parts.scheme in schemes and bool(parts.netloc) and not parts.query and not parts.fragment
