"""What the database itself refuses on the tables of the audit trail: a slip of the code cannot rewrite the past.

Allowed on `audit_event`: idx from NULL to a value, and erasure (sealed and case_id to NULL, nothing else); on
`audit_tile`: growing at its end; on `audit_checkpoint`: a first note, further lines of signatures, publishing; on
`audit_timestamp`: whatever comes before the answer. UPDATE of anything else, DELETE, and REPLACE (which slips past a
DELETE trigger unless `recursive_triggers` is on) abort. The migrations that make them hold the same text; a test
compares.
"""

from typing import Final

SQLITE: Final = (
    """
CREATE TRIGGER audit_event_update BEFORE UPDATE ON audit_event
WHEN NEW.qid <> OLD.qid OR NEW.event_id <> OLD.event_id OR NEW.commitment <> OLD.commitment OR NOT (
  (NEW.case_id IS OLD.case_id AND NEW.sealed IS OLD.sealed AND OLD.idx IS NULL AND NEW.idx IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM audit_event WHERE idx = NEW.idx))
  OR (NEW.idx IS OLD.idx AND NEW.case_id IS NULL AND NEW.sealed IS NULL)
)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_event_delete BEFORE DELETE ON audit_event
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_event_replace BEFORE INSERT ON audit_event
WHEN EXISTS (
  SELECT 1 FROM audit_event
  WHERE qid = NEW.qid OR event_id = NEW.event_id OR commitment = NEW.commitment OR idx = NEW.idx
)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
)

POSTGRESQL: Final = (
    """
CREATE FUNCTION audit_event_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'the audit trail cannot be shortened' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.qid = OLD.qid AND NEW.event_id = OLD.event_id AND NEW.commitment = OLD.commitment AND (
    (NEW.case_id IS NOT DISTINCT FROM OLD.case_id AND NEW.sealed IS NOT DISTINCT FROM OLD.sealed
      AND OLD.idx IS NULL AND NEW.idx IS NOT NULL)
    OR (NEW.idx IS NOT DISTINCT FROM OLD.idx AND NEW.case_id IS NULL AND NEW.sealed IS NULL)
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit trail cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    """
CREATE TRIGGER audit_event_row BEFORE UPDATE OR DELETE ON audit_event
FOR EACH ROW EXECUTE FUNCTION audit_event_guard()
""",
    """
CREATE TRIGGER audit_event_truncate BEFORE TRUNCATE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION audit_event_guard()
""",
)

LOG_SQLITE: Final = (
    """
CREATE TRIGGER audit_log_update BEFORE UPDATE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_log_delete BEFORE DELETE ON audit_log
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_log_replace BEFORE INSERT ON audit_log
WHEN EXISTS (SELECT 1 FROM audit_log WHERE number = NEW.number OR origin = NEW.origin)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
    """
CREATE TRIGGER audit_tile_update BEFORE UPDATE ON audit_tile
WHEN NEW.log <> OLD.log OR NEW.level <> OLD.level OR NEW.n <> OLD.n OR length(NEW.hashes) > 8192
  OR length(NEW.hashes) <= length(OLD.hashes) OR substr(NEW.hashes, 1, length(OLD.hashes)) <> OLD.hashes
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_tile_delete BEFORE DELETE ON audit_tile
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_tile_replace BEFORE INSERT ON audit_tile
WHEN EXISTS (SELECT 1 FROM audit_tile WHERE log = NEW.log AND level = NEW.level AND n = NEW.n)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
    """
CREATE TRIGGER audit_checkpoint_update BEFORE UPDATE ON audit_checkpoint
WHEN NEW.log <> OLD.log OR NEW.size <> OLD.size OR NEW.root <> OLD.root OR NEW.made_at <> OLD.made_at
  OR NOT (NEW.published_at IS OLD.published_at OR OLD.published_at IS NULL)
  OR NOT (NEW.note IS OLD.note OR OLD.note IS NULL OR substr(NEW.note, 1, length(OLD.note)) IS OLD.note)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_checkpoint_delete BEFORE DELETE ON audit_checkpoint
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_checkpoint_replace BEFORE INSERT ON audit_checkpoint
WHEN EXISTS (SELECT 1 FROM audit_checkpoint WHERE log = NEW.log AND size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
)

_LOG_GUARD: Final = """
CREATE FUNCTION audit_log_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'the audit trail cannot be shortened' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF TG_TABLE_NAME = 'audit_tile' THEN
    IF NEW.log = OLD.log AND NEW.level = OLD.level AND NEW.n = OLD.n AND length(NEW.hashes) <= 8192
      AND length(NEW.hashes) > length(OLD.hashes)
      AND substr(NEW.hashes, 1, length(OLD.hashes)) = OLD.hashes
    THEN
      RETURN NEW;
    END IF;
  ELSIF TG_TABLE_NAME = 'audit_checkpoint' THEN
    IF NEW.log = OLD.log AND NEW.size = OLD.size AND NEW.root = OLD.root AND NEW.made_at = OLD.made_at
      AND (NEW.published_at IS NOT DISTINCT FROM OLD.published_at OR OLD.published_at IS NULL)
      AND (NEW.note IS NOT DISTINCT FROM OLD.note OR OLD.note IS NULL OR starts_with(NEW.note, OLD.note))
    THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the audit trail cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
END $$
"""

_GUARDED: Final = "EXECUTE FUNCTION audit_log_guard()"
LOG_POSTGRESQL: Final = (
    _LOG_GUARD,
    *(
        statement
        for table in ("audit_log", "audit_tile", "audit_checkpoint")
        for statement in (
            f"CREATE TRIGGER {table}_row BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW {_GUARDED}",
            f"CREATE TRIGGER {table}_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT {_GUARDED}",
        )
    ),
    *(
        statement
        for table in ("audit_event", "audit_log", "audit_tile", "audit_checkpoint")
        for statement in (
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_row",
            f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_truncate",
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC",
        )
    ),
)

TIMESTAMP_SQLITE: Final = (
    """
CREATE TRIGGER audit_timestamp_update BEFORE UPDATE ON audit_timestamp
WHEN NEW.log <> OLD.log OR NEW.size <> OLD.size OR OLD.answer IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be changed'); END
""",
    """
CREATE TRIGGER audit_timestamp_delete BEFORE DELETE ON audit_timestamp
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be shortened'); END
""",
    """
CREATE TRIGGER audit_timestamp_replace BEFORE INSERT ON audit_timestamp
WHEN EXISTS (SELECT 1 FROM audit_timestamp WHERE log = NEW.log AND size = NEW.size)
BEGIN SELECT RAISE(ABORT, 'the audit trail cannot be replaced'); END
""",
)

TIMESTAMP_POSTGRESQL: Final = (
    """
CREATE FUNCTION audit_timestamp_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP <> 'UPDATE' THEN
    RAISE EXCEPTION 'the audit trail cannot be shortened' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW.log = OLD.log AND NEW.size = OLD.size AND OLD.answer IS NULL THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the audit trail cannot be changed' USING ERRCODE = 'integrity_constraint_violation';
END $$
""",
    """
CREATE TRIGGER audit_timestamp_row BEFORE UPDATE OR DELETE ON audit_timestamp
FOR EACH ROW EXECUTE FUNCTION audit_timestamp_guard()
""",
    """
CREATE TRIGGER audit_timestamp_truncate BEFORE TRUNCATE ON audit_timestamp
FOR EACH STATEMENT EXECUTE FUNCTION audit_timestamp_guard()
""",
    "ALTER TABLE audit_timestamp ENABLE ALWAYS TRIGGER audit_timestamp_row",
    "ALTER TABLE audit_timestamp ENABLE ALWAYS TRIGGER audit_timestamp_truncate",
    "REVOKE UPDATE, DELETE, TRUNCATE ON audit_timestamp FROM PUBLIC",
)
