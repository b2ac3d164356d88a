"""The tables of people. Of passwords, tokens and keys they hold hashes only."""

from __future__ import annotations

import sqlalchemy as sa

from tracker.database import metadata

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("name_folded", sa.String, nullable=False, unique=True),
    sa.Column("email", sa.String, nullable=False),
    sa.Column("email_folded", sa.String, nullable=False, unique=True),
    sa.Column("password_hash", sa.String),
    sa.Column("made_at", sa.String, nullable=False),
    sa.Column("disabled_at", sa.String),
)

memberships = sa.Table(
    "memberships",
    metadata,
    sa.Column("account_id", sa.String, sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("association", sa.String, primary_key=True),
    sa.Column("role", sa.String, nullable=False),
)

invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("token_hash", sa.String, nullable=False, unique=True),
    sa.Column("email", sa.String, nullable=False),
    sa.Column("association", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("made_by", sa.String, nullable=False),
    sa.Column("made_at", sa.String, nullable=False),
    sa.Column("expires_at", sa.String, nullable=False),
    sa.Column("used_at", sa.String),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("token_hash", sa.String, nullable=False, unique=True),
    sa.Column("account_id", sa.String, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("made_at", sa.String, nullable=False),
    sa.Column("seen_at", sa.String, nullable=False),
    sa.Column("expires_at", sa.String, nullable=False),
    sa.Column("browser", sa.String, nullable=False),
)

keys = sa.Table(
    "keys",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("key_hash", sa.String, nullable=False, unique=True),
    sa.Column("prefix", sa.String, nullable=False),
    sa.Column("account_id", sa.String, sa.ForeignKey("accounts.id"), nullable=False, index=True),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("scopes", sa.String, nullable=False),
    sa.Column("made_at", sa.String, nullable=False),
    sa.Column("expires_at", sa.String, nullable=False),
    sa.Column("used_on", sa.String),
    sa.Column("revoked_at", sa.String),
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("issuer", sa.String, primary_key=True),
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("account_id", sa.String, sa.ForeignKey("accounts.id"), nullable=False, index=True),
)

PEOPLE = (accounts, memberships, invitations, sessions, keys, identities)
"""All of them, each after those it points to."""
