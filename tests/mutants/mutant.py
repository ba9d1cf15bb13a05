"""One check removed, or one part of a check: where it stands and what stood there."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

OPERATORS = {
    "raise": "a refusal is not raised",
    "part": "one part of a refusal's condition never holds",
    "call": "a check is not called",
    "value": "a value is used without its check",
    "code": "a reason for refusing is not returned",
    "field": "a field is not looked at",
    "holds": "one part of what must hold always holds",
    "filter": "nothing is filtered out",
}


@dataclass(frozen=True)
class Mutant:
    """`key` names it in a way that other edits of its file leave alone: file, function, operator, code, number.

    `start` and `end` are the first and last line of the code, `since` and `reach` those of the statement whose lines a
    refusal goes through. `exact`: nothing can change unless a refusal goes through these lines, or is of this field.
    `number` counts the mutants of the file.
    """

    path: str
    function: str
    operator: str
    code: str
    start: int
    end: int
    since: int
    reach: int
    exact: bool
    number: int
    key: str = ""

    @property
    def module(self) -> str:
        """The file's name without its ending."""
        return self.path.rsplit("/", 1)[-1].split(".")[0]

    def __str__(self) -> str:
        return f"{self.path}:{self.start}: {self.operator}: {self.code}"


def keyed(mutants: Iterable[Mutant]) -> list[Mutant]:
    """The mutants of one file with their keys; the same code in the same function is numbered."""
    seen: Counter[str] = Counter()
    result = []
    for each in mutants:
        key = f"{each.path} {each.function} {each.operator}: {each.code}"
        seen[key] += 1
        result.append(replace(each, key=key if seen[key] == 1 else f"{key} #{seen[key]}"))
    return result
