"""How a receiver knows that a message is ours: the signature of Standard Webhooks, HMAC-SHA256."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from datetime import datetime

_MARK = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """A secret of 256 random bits, as receivers' libraries take it: base64 after ``whsec_``.

    Examples:
        >>> len(new_secret())
        50
    """
    return _MARK + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def signed(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers that go with a message: its id, the time in seconds since 1970, and the signature over both and it.

    The id stays the same when a message is sent again; time and signature are those of the attempt.

    Examples:
        >>> from datetime import UTC
        >>> at = datetime(2021, 3, 1, tzinfo=UTC)
        >>> signed("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_1", at, b"{}")["webhook-signature"][:9]
        'v1,/6OHNc'
    """
    seconds = str(int(at.timestamp()))
    key = base64.b64decode(secret.removeprefix(_MARK))
    seal = hmac.new(key, f"{message_id}.{seconds}.".encode() + body, hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(seal).decode()}"
    return {"webhook-id": message_id, "webhook-timestamp": seconds, "webhook-signature": signature}
