"""People: accounts with their roles, invitations, sessions and keys, and how somebody comes in."""
