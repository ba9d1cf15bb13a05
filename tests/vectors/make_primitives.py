"""Vectors of `primitives`: known answers, and the kinds of bad key, signature and ciphertext that Wycheproof lists."""

from typing import Final

from nacl import bindings

from mediation.protocol.encoding import b64
from mediation.protocol.primitives import MEBIBYTE, box_public_key, sign, sign_public_key
from tests.vectors.builder import Vector, fixed_aead, fixed_seal, known, refuse, seed, success
from tests.vectors.two_keys import two_key_blob

ABOUT: Final = "Hash, MAC, KDF, Ed25519, X25519 sealed boxes, XChaCha20-Poly1305 and Argon2id, as libsodium has them."

ORDER: Final = 2**252 + 27742317777372353535851937790883648493
PRIME: Final = 2**255 - 19

# Points of Ed25519 of small order, in their canonical encoding, then encodings that are not reduced.
_ORDER_8: Final = (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
)
SIGN_KEYS_REFUSED: Final[dict[str, bytes]] = {
    "the neutral element": (1).to_bytes(32, "little"),
    "a point of order 2": (PRIME - 1).to_bytes(32, "little"),
    "a point of order 4": bytes(32),
    "the other point of order 4": bytes(31) + b"\x80",
    **{f"a point of order 8, number {i}": bytes.fromhex(text) for i, text in enumerate(_ORDER_8, 1)},
    "the neutral element with the sign set": (1 | 1 << 255).to_bytes(32, "little"),
    "y equal to the prime": PRIME.to_bytes(32, "little"),
    "y one above the prime": (PRIME + 1).to_bytes(32, "little"),
    "all ones": b"\xff" * 32,
    "not on the curve": (2).to_bytes(32, "little"),
}
BOX_KEYS_REFUSED: Final[dict[str, bytes]] = {
    "zero": bytes(32),
    "one": (1).to_bytes(32, "little"),
    "a point of order 8": bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    "the other point of order 8": bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    "the prime less one": (PRIME - 1).to_bytes(32, "little"),
    "the prime": PRIME.to_bytes(32, "little"),
    "the prime and one": (PRIME + 1).to_bytes(32, "little"),
    "the prime and nine, another spelling of nine": (PRIME + 9).to_bytes(32, "little"),
    "nine with the top bit set": (9 | 1 << 255).to_bytes(32, "little"),
    "all ones": b"\xff" * 32,
    "31 bytes": bytes(30) + b"\x09",
    "33 bytes": b"\x09" + bytes(32),
    "no bytes": b"",
}

MESSAGE: Final = b"a letter"
SIGNER: Final = seed("signer")
BOX: Final = seed("box")
KEY: Final = seed("key")


def vectors() -> list[Vector]:
    """Every vector of this module."""
    return [*_hashes(), *_signing(), *_sign_keys(), *_boxes(), *_box_keys(), *_aead(), *_pwhash(), *_equal()]


def _hashes() -> list[Vector]:
    empty = "0e5751c026e543b2e8ab2eb06099daa1d1e5df47778f7787faab45cdf12fe3a8"  # BLAKE2b-256 of nothing
    size = "bad-length"
    return [
        known("hash32: nothing", "primitives.hash32", bytes.fromhex(empty), message=b""),
        success("hash32: a letter", "primitives.hash32", message=MESSAGE),
        success("mac: a letter", "primitives.mac", key=KEY, message=MESSAGE),
        success("mac: nothing", "primitives.mac", key=KEY, message=b""),
        refuse("mac: a key of 31 bytes", "primitives.mac", size, key=KEY[:31], message=b""),
        refuse("mac: a key of 33 bytes", "primitives.mac", size, key=KEY + b"\0", message=b""),
        refuse("mac: no key", "primitives.mac", size, key=b"", message=b""),
        success("kdf: index 1", "primitives.kdf", key=KEY, index=1, context="medauth1"),
        success("kdf: index 2", "primitives.kdf", key=KEY, index=2, context="medauth1"),
        success("kdf: another context", "primitives.kdf", key=KEY, index=1, context="medwrap1"),
        success("kdf: index 256 is little endian", "primitives.kdf", key=KEY, index=256, context="medauth1"),
        refuse("kdf: a key of 31 bytes", "primitives.kdf", size, key=KEY[:31], index=1, context="medauth1"),
        refuse("kdf: a key of 64 bytes", "primitives.kdf", size, key=KEY + KEY, index=1, context="medauth1"),
        refuse("kdf: a context of 7", "primitives.kdf", size, key=KEY, index=1, context="medauth"),
        refuse("kdf: a context of 9", "primitives.kdf", size, key=KEY, index=1, context="medauth12"),
        success("kid: a key", "primitives.kid", public_key=sign_public_key(SIGNER)),
    ]


def _signing() -> list[Vector]:
    # RFC 8032, section 7.1, tests 1 and 2.
    seed_1 = bytes.fromhex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60")
    key_1 = bytes.fromhex("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    signature_1 = bytes.fromhex(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )
    seed_2 = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    key_2 = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature_2 = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    public, signer, verify = "primitives.sign_public_key", "primitives.sign", "primitives.verify"
    return [
        known("sign_public_key: RFC 8032 test 1", public, key_1, seed=seed_1),
        known("sign_public_key: RFC 8032 test 2", public, key_2, seed=seed_2),
        known("sign: RFC 8032 test 1", signer, signature_1, seed=seed_1, message=b""),
        known("sign: RFC 8032 test 2", signer, signature_2, seed=seed_2, message=b"\x72"),
        known("verify: RFC 8032 test 1", verify, None, public_key=key_1, message=b"", signature=signature_1),
        refuse("sign_public_key: a seed of 31 bytes", public, "bad-length", seed=SIGNER[:31]),
        refuse("sign: a seed of 64 bytes", signer, "bad-length", seed=SIGNER * 2, message=MESSAGE),
        *_bad_signatures(),
    ]


def _bad_signatures() -> list[Vector]:
    key, good = sign_public_key(SIGNER), sign(SIGNER, MESSAGE)
    r, s = good[:32], int.from_bytes(good[32:], "little")
    neutral = (1).to_bytes(32, "little")
    cases: dict[str, tuple[bytes, bytes, bytes]] = {
        "another message": (key, b"a lettes", good),
        "a shorter message": (key, MESSAGE[:-1], good),
        "another key": (sign_public_key(BOX), MESSAGE, good),
        "S with the group order added": (key, MESSAGE, r + (s + ORDER).to_bytes(32, "little")),
        "S with its top bit set": (key, MESSAGE, good[:63] + bytes([good[63] | 0x80])),
        "S with bit 253 set": (key, MESSAGE, good[:63] + bytes([good[63] | 0x20])),
        "S equal to the group order": (key, MESSAGE, r + ORDER.to_bytes(32, "little")),
        "S zero": (key, MESSAGE, r + bytes(32)),
        "R with its sign flipped": (key, MESSAGE, r[:31] + bytes([r[31] ^ 0x80]) + good[32:]),
        "R zero": (key, MESSAGE, bytes(32) + good[32:]),
        "R and S swapped": (key, MESSAGE, good[32:] + r),
        "all zero": (key, MESSAGE, bytes(64)),
        "no signature": (key, MESSAGE, b""),
        "63 bytes": (key, MESSAGE, good[:63]),
        "65 bytes": (key, MESSAGE, good + b"\0"),
        "the signature twice": (key, MESSAGE, good + good),
        "the message's first byte taken for the signature's last": (key, MESSAGE[1:], good + MESSAGE[:1]),
        "the signature's last byte taken for the message's first": (key, good[63:] + MESSAGE, good[:63]),
        "a key of 31 bytes": (key[:31], MESSAGE, good),
        "a key of 33 bytes": (key + b"\0", MESSAGE, good),
        "the neutral element as R, S zero, a small-order key": (neutral, MESSAGE, neutral + bytes(32)),
    }
    # With a key of small order, R neutral and S zero satisfy the equation whenever the hash is a multiple of the order.
    weak = {
        f"a key of small order, {name}": (public_key, MESSAGE, neutral + bytes(32))
        for name, public_key in SIGN_KEYS_REFUSED.items()
    }
    return [
        refuse(f"verify: {name}", "primitives.verify", "bad-signature", public_key=k, message=m, signature=signature)
        for name, (k, m, signature) in (cases | weak).items()
    ]


def _sign_keys() -> list[Vector]:
    check = "primitives.check_sign_key"
    key = sign_public_key(SIGNER)
    mixed = bindings.crypto_core_ed25519_add(key, (PRIME - 1).to_bytes(32, "little"))
    refused = SIGN_KEYS_REFUSED | {
        "a good key with a point of order 2 added": mixed,
        "31 bytes": key[:31],
        "33 bytes": key + b"\0",
        "no bytes": b"",
    }
    return [
        known("check_sign_key: a key", check, key, public_key=key),
        *(refuse(f"check_sign_key: {name}", check, "bad-key", public_key=k) for name, k in refused.items()),
    ]


def _boxes() -> list[Vector]:
    key = box_public_key(BOX)
    sealed = fixed_seal(key, MESSAGE)
    opening = "primitives.open_seal"
    bad: dict[str, bytes] = {
        "a bit of the one-time key flipped": bytes([sealed[0] ^ 1]) + sealed[1:],
        "the unused top bit of the one-time key set": sealed[:31] + bytes([sealed[31] | 0x80]) + sealed[32:],
        "a bit of the tag flipped": sealed[:32] + bytes([sealed[32] ^ 1]) + sealed[33:],
        "a bit of the ciphertext flipped": sealed[:-1] + bytes([sealed[-1] ^ 1]),
        "a byte cut off": sealed[:-1],
        "a byte added": sealed + b"\0",
        "sealed to somebody else": fixed_seal(box_public_key(KEY), MESSAGE),
        "a one-time key of low order": bytes(32) + sealed[32:],
        "47 bytes": sealed[:47],
        "no bytes": b"",
        "the message itself": MESSAGE * 8,
    }
    return [
        success("box_public_key: a key", "primitives.box_public_key", seed=BOX),
        refuse("box_public_key: a seed of 31 bytes", "primitives.box_public_key", "bad-length", seed=BOX[:31]),
        known("open_seal: a seal", opening, MESSAGE, seed=BOX, sealed=sealed),
        known("open_seal: a seal of nothing", opening, b"", seed=BOX, sealed=fixed_seal(key, b"")),
        known("seal_and_open: a message", "primitives.seal_and_open", MESSAGE, seed=BOX, message=MESSAGE),
        refuse("open_seal: a seed of 31 bytes", opening, "bad-length", seed=BOX[:31], sealed=sealed),
        *(refuse(f"open_seal: {name}", opening, "cannot-open", seed=BOX, sealed=s) for name, s in bad.items()),
        *(
            refuse(f"seal: to {name}", "primitives.seal", "bad-key", public_key=k, message=MESSAGE)
            for name, k in BOX_KEYS_REFUSED.items()
        ),
    ]


def _box_keys() -> list[Vector]:
    check = "primitives.check_box_key"
    nine = (9).to_bytes(32, "little")
    return [
        known("check_box_key: a key", check, box_public_key(BOX), public_key=box_public_key(BOX)),
        known("check_box_key: the base point", check, nine, public_key=nine),
        *(refuse(f"check_box_key: {name}", check, "bad-key", public_key=k) for name, k in BOX_KEYS_REFUSED.items()),
    ]


def _aead() -> list[Vector]:
    opening, both = "primitives.aead_open", "primitives.aead_seal_and_open"
    blob = fixed_aead(KEY, MESSAGE, b"place")
    bad: dict[str, bytes] = {
        "a bit of the nonce flipped": bytes([blob[0] ^ 1]) + blob[1:],
        "a bit of the ciphertext flipped": blob[:24] + bytes([blob[24] ^ 1]) + blob[25:],
        "a bit of the tag flipped": blob[:-1] + bytes([blob[-1] ^ 0x80]),
        "a byte cut off": blob[:-1],
        "a byte added": blob + b"\0",
        "the nonce alone": blob[:24],
        "39 bytes": blob[:39],
        "no bytes": b"",
        "the message itself": MESSAGE * 8,
        "all zero": bytes(len(blob)),
    }
    double = two_key_blob(KEY, BOX, bytes(64), b"place", 1)
    return [
        # Not a defect of either implementation: the cipher does not commit to its key, hence the commitments.
        success("aead_open: a blob made for two keys, under the first", opening, key=KEY, blob=double, aad=b"place"),
        success("aead_open: a blob made for two keys, under the second", opening, key=BOX, blob=double, aad=b"place"),
        known("aead_open: a blob", opening, MESSAGE, key=KEY, blob=blob, aad=b"place"),
        known("aead_open: nothing", opening, b"", key=KEY, blob=fixed_aead(KEY, b"", b""), aad=b""),
        known("aead_seal_and_open: a message", both, MESSAGE, key=KEY, message=MESSAGE, aad=b"place"),
        refuse("aead_open: another place", opening, "cannot-open", key=KEY, blob=blob, aad=b"plage"),
        refuse("aead_open: no place", opening, "cannot-open", key=KEY, blob=blob, aad=b""),
        refuse("aead_open: another key", opening, "cannot-open", key=BOX, blob=blob, aad=b"place"),
        refuse("aead_open: a key of 31 bytes", opening, "bad-length", key=KEY[:31], blob=blob, aad=b"place"),
        refuse("aead_seal_and_open: a key of 33 bytes", both, "bad-length", key=KEY + b"\0", message=b"", aad=b""),
        *(refuse(f"aead_open: {n}", opening, "cannot-open", key=KEY, blob=b, aad=b"place") for n, b in bad.items()),
    ]


def _pwhash() -> list[Vector]:
    stretch, salt = "primitives.pwhash", seed("salt", 16)
    least, most = 64 * MEBIBYTE, 256 * MEBIBYTE
    bounds: dict[str, tuple[object, object]] = {
        "2 passes": (2, least),
        "17 passes": (17, least),
        "no passes": (0, least),
        "minus 3 passes": (-3, least),
        "passes as text": ("3", least),
        "passes as null": (None, least),
        "passes as true": (True, least),
        "3.5 passes": (3.5, least),
        "a byte below 64 MiB": (3, least - 1),
        "a byte above 256 MiB": (3, most + 1),
        "no memory": (3, 0),
        "8192 bytes of memory": (3, 8192),
        "4 TiB of memory": (3, 2**42),
        "memory as text": (3, str(least)),
    }
    return [
        success("pwhash: the least", stretch, passphrase=b"six words", salt=salt, opslimit=3, memlimit=least),
        success("pwhash: more of both", stretch, passphrase=b"", salt=salt, opslimit=4, memlimit=80 * MEBIBYTE),
        *(
            refuse(f"pwhash: {n}", stretch, "pwhash-bounds", passphrase=b"six words", salt=salt, opslimit=o, memlimit=m)
            for n, (o, m) in bounds.items()
        ),
        *(
            refuse(
                f"pwhash: a salt of {len(s)}", stretch, "bad-length", passphrase=b"", salt=s, opslimit=3, memlimit=least
            )
            for s in (salt[:15], salt + b"\0", b"")
        ),
    ]


def _equal() -> list[Vector]:
    compare = "primitives.equal"
    return [
        known("equal: the same", compare, True, a=KEY, b=KEY),
        known("equal: nothing and nothing", compare, True, a=b"", b=b""),
        known("equal: the last bit differs", compare, False, a=KEY, b=KEY[:-1] + bytes([KEY[-1] ^ 1])),
        known("equal: one is longer", compare, False, a=KEY, b=KEY + b"\0"),
        known("equal: one is empty", compare, False, a=KEY, b=b""),
        known("equal: not bytes but their text", compare, False, a=KEY, b=b64(KEY).encode()),
    ]
