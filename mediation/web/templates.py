"""Templates, which stay compiled from one start to the next under instance/templates: the first page of every process
would otherwise wait for a tenth of a second. What was compiled of other words than a template has now is not used.
"""

from contextlib import suppress
from pathlib import Path

from flask import Flask
from jinja2 import ChoiceLoader, FileSystemBytecodeCache, FileSystemLoader, PackageLoader, PrefixLoader, StrictUndefined
from jinja2.bccache import Bucket

from mediation.settings import ROOT


class Compiled(FileSystemBytecodeCache):
    """Where a template cannot be kept, on a full disk, its page comes out all the same."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it if that is possible."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def init_app(app: Flask, instance: Path) -> None:
    """Where templates are, and what becomes of a name that they do not know."""
    kept = instance / "templates"
    kept.mkdir(mode=0o700, parents=True, exist_ok=True)  # ours alone: what lies there is run
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.bytecode_cache = Compiled(str(kept))
    govuk = PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")})
    app.jinja_loader = ChoiceLoader([FileSystemLoader(ROOT / "templates"), govuk])
