"""Settings: one frozen value, made once from the environment and passed down."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pydantic import Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_FORMS = {
    "database_url": (
        r"sqlite:///.+|postgresql(\+psycopg)?://.+",
        "give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME",
    ),
    "url": (r"(https?://[^/?#@\s]+/?)?", "give an address without a path, such as https://tracker.example.eu"),
    "cors": (
        r"(https?://[^/?#@,*\s]+(\s*,\s*https?://[^/?#@,*\s]+)*)?",
        "give origins without a path, such as https://model.example.eu, separated by commas",
    ),
    "hooks_to": (
        r"([^/?#@,:\s]+|[0-9a-f:]+)?(\s*,\s*([^/?#@,:\s]+|[0-9a-f:]+))*",
        "give hosts without a port, such as erp.local, separated by commas",
    ),
    "oidc_issuer": (  # a provider elsewhere is asked over https only
        r"(https://[^?#@\s]+|http://(localhost|127\.0\.0\.1)(:[0-9]+)?(/[^?#\s]*)?)?",
        "give the https address of the provider, as it calls itself",
    ),
}
"""What some settings look like, and the mend in words where they do not."""


class Settings(BaseSettings):
    """What a user may set, each by an environment variable ``TRACKER_…``.

    Examples:
        >>> Settings(port=8100).port
        8100
    """

    model_config = SettingsConfigDict(env_prefix="TRACKER_", frozen=True, extra="forbid")

    database_url: str = Field(
        "sqlite:///tracker.sqlite",
        repr=False,  # may hold a password
        description="where the log is kept: a file, or PostgreSQL as `postgresql://USER:PASSWORD@HOST/NAME`",
    )
    out: Path = Field(Path("out"), description="folder for results")
    chain: Path | None = Field(None, description="folder with a chain of your own (nodes.csv, flows.csv)")
    chains: Path = Field(Path("chains"), description="folder where `chain get` and `chain import` keep chains")
    ecosystems: Path | None = Field(None, description="a file that replaces the shipped ecosystems.csv")
    programmes: Path | None = Field(None, description="a file that replaces the shipped programmes.csv")
    port: int = Field(8000, ge=1, le=65535, description="port where the pages are served")
    host: str = Field("127.0.0.1", description="address to serve on; any but this machine's own demands a login")
    hosts: str = Field("", description="other names by which browsers reach this desk, separated by commas")
    url: str = Field("", description="public address; with https cookies are for https only")
    proxies: str = Field("", description="addresses of proxies that are believed who a request comes from; none")
    cors: str = Field("", description="origins whose pages may use the API with a key, by commas")
    rate_per_minute: int = Field(1_200, ge=1, le=10**9, description="requests of an account to the API in a minute")
    hooks_to: str = Field("", description="hosts of own networks that hooks may tell, also over http, by commas")
    oidc_issuer: str = Field("", description="address of a provider of logins (OpenID Connect)")
    oidc_client_id: str = Field("", description="what the provider calls this desk")
    oidc_client_secret: SecretStr = Field(SecretStr(""), description="what the provider gave this desk")
    smtp_url: SecretStr = Field(
        SecretStr(""), description="server that takes mail: smtps://USER:PASSWORD@HOST:465, or smtp+starttls"
    )
    report_from: str = Field("", description="address that reports are mailed from")
    report_to: str = Field("", description="addresses that the weekly report is mailed to, separated by commas")
    report_at: str = Field("07:00 Europe/Brussels", description="time of each Monday at which it is mailed")

    @property
    def origins(self) -> frozenset[str]:
        """The origins of ``cors``."""
        return frozenset(one.strip() for one in self.cors.split(",") if one.strip())

    @property
    def own_hosts(self) -> frozenset[str]:
        """The hosts of ``hooks_to``."""
        return frozenset(one.strip().casefold() for one in self.hooks_to.split(",") if one.strip())

    @field_validator(*_FORMS)
    @classmethod
    def _looks_right(cls, value: str, about: ValidationInfo) -> str:
        form, mend = _FORMS[about.field_name or ""]
        if not re.fullmatch(form, value):
            raise ValueError(mend)
        return value


@contextmanager
def hidden() -> Iterator[None]:
    """An environment without these settings, some of which are secrets, for processes that have no need of them.

    At the end it is what it was before, whatever was changed in it.
    """
    before = dict(os.environ)
    for name in before:
        if name.upper().startswith("TRACKER_"):
            del os.environ[name]
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
