"""Random tokens and times, as the tables of people keep them."""

from __future__ import annotations

import hashlib
import hmac
import secrets

TOKEN_LENGTH = 43


def new_token() -> str:
    """A token of 256 random bits that nobody guesses.

    Examples:
        >>> len(new_token()) == TOKEN_LENGTH
        True
    """
    return secrets.token_urlsafe(32)


def new_id(letter: str) -> str:
    """A random id that may be shown: it opens nothing."""
    return letter + secrets.token_hex(8)


def hashed(token: str) -> str:
    """What is kept of a token. A token of 256 random bits needs no slow hash.

    Examples:
        >>> hashed("abc")[:8]
        'ba7816bf'
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def derived(token: str, purpose: str) -> str:
    """Another secret that only who holds the token can know; the token cannot be found from it."""
    return hmac.new(token.encode("utf-8", "replace"), purpose.encode(), hashlib.sha256).hexdigest()
