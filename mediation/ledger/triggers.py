"""What the database itself refuses on `audit_event`, so that a slip of the code cannot rewrite the past.

Allowed: idx from NULL to a value, and erasure (sealed and case_id to NULL, nothing else). UPDATE of anything else,
DELETE, and REPLACE (which slips past a DELETE trigger unless `recursive_triggers` is on) abort. The migration that
makes them holds the same text; a test compares.
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
