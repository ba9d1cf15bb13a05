"""Cases: who belongs to one, under which statements, and who has agreed to take part."""
