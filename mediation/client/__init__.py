"""The Python client: the whole journey without a browser, verifying everything that a browser verifies.

It knows the protocol and the HTTP API, and nothing else of the package. Begin with a `Site`:

    site = Site("http://127.0.0.1:8000")
    joined = site.invitation(code).join(phrase)      # from a printed card; wait to be admitted
    me = Participant(site.sign_in(name, phrase))     # or Facilitator(…), Administrator(…)
    for letter in me.letters().offers: …

What fails a check of the protocol raises `ProtocolError`, what the server refuses `ApiError`, what this client refuses
`ClientError`; each has a stable `code`.
"""

from mediation.client.administrator import Administrator
from mediation.client.errors import ApiError, ClientError
from mediation.client.facilitator import Facilitator
from mediation.client.participant import Participant
from mediation.client.site import Site
from mediation.protocol.errors import ProtocolError

__all__ = ["Administrator", "ApiError", "ClientError", "Facilitator", "Participant", "ProtocolError", "Site"]
