"""Checks the transcript of a case by itself: no server, no database, nothing believed but the keys that were given."""
