"""Copies of a case keep together what belongs together, and share nothing that must differ."""

from mediation.db import import_models
from tests.bench.stock import CHANGES, COPIED, OWN_HASH, SUBJECTS, Line, Template, _Copy

OLD_CASE, OLD_MESSAGE, OLD_HASH = "c" * 22, "m" * 22, "h" * 43
MODEL = Template(
    columns={"message": ["message_id", "case_id", "hash", "kind"], "case": ["case_id", "number", "reference"]},
    lines={
        "case": [Line([OLD_CASE, 7, "BR-0007"], [(0, "mapped"), (1, "number"), (2, "reference")])],
        "message": [Line([OLD_MESSAGE, OLD_CASE, OLD_HASH, "relay"], [(0, "mapped"), (1, "mapped"), (2, "mapped")])],
    },
    own={OLD_CASE: 22, OLD_MESSAGE: 22, OLD_HASH: 43},
)


def test_a_copy_is_one_case_with_names_of_its_own() -> None:
    copy = _Copy(MODEL, 12)
    (case,), (message,) = list(copy.rows("case")), list(copy.rows("message"))
    assert case[1:] == [12, "BR-0012"]
    assert message[1] == case[0] != OLD_CASE
    assert message[3] == "relay"
    assert [len(each) for each in message[:3]] == [22, 22, 43]


def test_no_two_copies_share_a_name() -> None:
    first, second = (next(_Copy(MODEL, number).rows("message")) for number in (1, 2))
    assert not set(first[:3]) & set(second[:3])


def test_every_unique_column_of_the_copied_tables_changes() -> None:
    for name in COPIED:
        table = import_models().tables[name]
        unique = {frozenset(each.name for each in index.columns) for index in table.indexes if index.unique}
        unique |= {frozenset(each.name for each in table.primary_key.columns) - {"qid"}}
        unique |= {frozenset({each.name}) for each in table.columns if each.unique}
        named = SUBJECTS | {"case_id", "scope"} | ({"hash"} if name in OWN_HASH else set())
        named |= {column for table_name, column in CHANGES if table_name == name}
        assert all(columns & named for columns in unique if columns - {"idx"}), name
