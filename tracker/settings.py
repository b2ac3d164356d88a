"""Settings: one frozen value, made once from the environment and passed down."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What a user may set, each by an environment variable ``TRACKER_…``.

    Examples:
        >>> Settings(port=8100).port
        8100
    """

    model_config = SettingsConfigDict(env_prefix="TRACKER_", frozen=True, extra="forbid")

    database_url: str = Field(
        "sqlite:///tracker.sqlite",
        pattern="^(sqlite:///.+|postgresql(\\+psycopg)?://.+)",
        repr=False,  # may hold a password
        description="where the log is kept: a file, or PostgreSQL as `postgresql://USER:PASSWORD@HOST/NAME`",
    )
    out: Path = Field(Path("out"), description="folder for results")
    chain: Path | None = Field(None, description="folder with a chain of your own (nodes.csv, flows.csv)")
    ecosystems: Path | None = Field(None, description="a file that replaces the shipped ecosystems.csv")
    port: int = Field(8000, ge=1, le=65535, description="port on this machine where the pages are served")
