"""A timestamp authority for tests: a certificate authority, its authority for timestamps, and answers as RFC 3161 has
them, each of which can be made wrong.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from asn1crypto import algos, cms, core, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.ledger.witnesses import Sent, listening

FROM: Final = datetime(2026, 1, 1, tzinfo=UTC)
UNTIL: Final = datetime(2027, 1, 1, tzinfo=UTC)
POLICY: Final = "1.3.6.1.4.1.55555.1"
Span = tuple[datetime, datetime]
Certified = tuple[x509.Certificate, ec.EllipticCurvePrivateKey]


def _certified(name: str, of: Span, by: Certified | None, purpose: x509.ExtendedKeyUsage | None) -> Certified:
    """A certificate and its key, by itself or `by` another."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    issuer, signer = (by[0].subject, by[1]) if by else (subject, key)
    made = x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(of[0]).not_valid_after(of[1])
    made = made.add_extension(x509.BasicConstraints(ca=purpose is None, path_length=None), critical=True)
    made = made.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    if by is not None:
        own = x509.AuthorityKeyIdentifier.from_issuer_public_key(by[1].public_key())
        made = made.add_extension(own, critical=False)
    if purpose is not None:
        made = made.add_extension(purpose, critical=True)
    return made.sign(signer, hashes.SHA256()), key


@dataclass
class Authority:
    """Stamps what it is asked to, at `now`, and what is set otherwise otherwise; `asked` are the requests that came."""

    now: datetime
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.TIME_STAMPING
    of: Span = (FROM, UNTIL)
    status: str = "granted"
    nonce: int | None = None
    digest: bytes | None = None
    with_certificates: bool = True
    intermediate: bool = False
    disorderly: bool = False
    asked: list[bytes] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.root = _certified("Root of the tests", self.of, None, None)
        purpose = x509.ExtendedKeyUsage([self.purpose])
        self.by = _certified("Between the two", self.of, self.root, None) if self.intermediate else self.root
        self.own = _certified("Timestamps of the tests", self.of, self.by, purpose)

    @property
    def pem(self) -> str:
        """The root's certificate, as operators have it in a file."""
        return self.root[0].public_bytes(Encoding.PEM).decode("ascii")

    def __call__(self, body: bytes) -> Sent:
        self.asked.append(body)
        return Sent(200, self.stamp(body), "application/timestamp-reply")

    def stamp(self, body: bytes) -> bytes:
        """The answer to a request, or to its bytes with other facts."""
        if self.status not in ("granted", "granted_with_mods"):
            status = bytes(tsp.PKIStatusInfo({"status": self.status}).dump())
            return b"\x30" + bytes([len(status)]) + status  # that there is no token then, asn1crypto does not know
        request = tsp.TimeStampReq.load(body)
        imprint = {
            "hash_algorithm": request["message_imprint"]["hash_algorithm"],
            "hashed_message": self.digest or request["message_imprint"]["hashed_message"].native,
        }
        info = tsp.TSTInfo(
            {
                "version": "v1",
                "policy": POLICY,
                "message_imprint": imprint,
                "serial_number": len(self.asked) + 1,
                "gen_time": self.now,
                "nonce": self.nonce or request["nonce"].native,
            }
        )
        token = cms.ContentInfo({"content_type": "signed_data", "content": self._signed(info.dump())})
        answer = bytes(tsp.TimeStampResp({"status": {"status": self.status}, "time_stamp_token": token}).dump())
        one, other = sorted(each[0].public_bytes(Encoding.DER) for each in (self.own, self.by))
        return answer.replace(one + other, other + one) if self.disorderly else answer

    def _signed(self, info: bytes) -> cms.SignedData:
        own = asn1_x509.Certificate.load(self.own[0].public_bytes(Encoding.DER))
        by = asn1_x509.Certificate.load(self.by[0].public_bytes(Encoding.DER))
        attributes = cms.CMSAttributes([*_attributes(info, own.dump(), self.now)])
        sha256 = algos.DigestAlgorithm({"algorithm": "sha256"})
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": cms.IssuerAndSerialNumber({"issuer": own.issuer, "serial_number": own.serial_number}),
                "digest_algorithm": sha256,
                "signed_attrs": attributes,
                "signature_algorithm": algos.SignedDigestAlgorithm({"algorithm": "sha256_ecdsa"}),
                "signature": self.own[1].sign(attributes.dump(), ec.ECDSA(hashes.SHA256())),
            }
        )
        return cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [sha256],
                "encap_content_info": {"content_type": "tst_info", "content": core.ParsableOctetString(info)},
                "certificates": [own, by] if self.with_certificates else [],
                "signer_infos": [signer],
            }
        )


def _attributes(info: bytes, certificate: bytes, now: datetime) -> Iterator[cms.CMSAttribute]:
    named = tsp.SigningCertificateV2({"certs": [{"cert_hash": hashlib.sha256(certificate).digest()}]})
    values: dict[str, Any] = {
        "content_type": "tst_info",
        "message_digest": hashlib.sha256(info).digest(),
        "signing_time": core.UTCTime(now),
        "signing_certificate_v2": named,
    }
    for name, value in values.items():
        yield cms.CMSAttribute({"type": name, "values": [value]})


@contextmanager
def offered(answer: Callable[[bytes], Sent], pause: float = 0) -> Iterator[str]:
    """The address of an authority that answers so."""
    with listening(answer, pause) as url:
        yield f"{url}/tsa"
