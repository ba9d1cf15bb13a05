"""Messages: submitted, in review, returned, stopped or released, offered, opened, kept or not wanted."""
