"""Removals that no test can notice, each with the reason why nothing is lost by it.

A key is a mutant's: file, function, operator, code. `tests/mutants/test_mutants.py` holds that each names something
that exists; `python -m tests.mutants --equivalents` tries them all the same.
"""

from typing import Final

_SCRIPTS: Final = "static/js/protocol/"

EQUIVALENT: Final[dict[str, str]] = {
    f"{_SCRIPTS}case_head.js checkAnchor holds: due !== undefined": (
        "There always is a change that is due: no roster can anchor a case whose first statement names that roster by"
        " its hash, so the first statement's own roster is older than the one that gave the proof."
    ),
    f"{_SCRIPTS}counted.js orNone raise: throw error;": (
        "It throws on what is not a refusal of the protocol: a mistake of our own, which nothing that is handed in"
        " causes."
    ),
    f'{_SCRIPTS}encoding.js serialise part: typeof value !== "object"': (
        "Whatever is neither an object nor written before is refused two lines below, by its prototype, with the same"
        " code; undefined, which has none, is not in anything that was parsed from JSON."
    ),
    f'{_SCRIPTS}envelope.js exactly holds: typeof value === "object"': (
        "Text, numbers and truth values have none of the names that are asked for in the same condition."
    ),
    f"{_SCRIPTS}envelope.js exactly holds: !Array.isArray(value)": (
        "An array parsed from JSON has none of the names that are asked for in the same condition."
    ),
    f'{_SCRIPTS}envelope.js open raise: throw new ProtocolError("wrong-type");': (
        "`statements.check` refuses a type that does not exist with the same code, before anything of it is used."
    ),
    f"{_SCRIPTS}members.js holds holds: member.signPk !== null": (
        "A member has both keys or none (`member-keys-wrong`), and the other half of the condition asks for the box"
        " key."
    ),
    f"{_SCRIPTS}members.js holds holds: member.boxPk !== null": (
        "A member has both keys or none (`member-keys-wrong`), and the other half of the condition asks for the signing"
        " key."
    ),
    f"{_SCRIPTS}primitives.js checkBoxKey part: publicKey.length !== 32": (
        "Fewer bytes are not a reduced number, and libsodium refuses more in the next statement: `bad-key` both times."
    ),
}
