"""Byte formats, hashes, keys and signed statements: bytes and values in, bytes and values out.

Nothing here reads a clock, a file of the user's, a database or the network. Every refusal is a `ProtocolError` with a
code that the JavaScript mirror (`static/js/protocol/`) shares. `SPECIFICATION.md` beside this file is normative.
"""
