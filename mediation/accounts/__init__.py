"""Agencies, staff, sign-in, invitations, sessions and each person's own encrypted memory."""
