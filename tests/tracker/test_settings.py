"""Settings: few, described, and frozen once they are read."""

from pathlib import Path

import pydantic
import pytest

from tracker.settings import Settings


@pytest.fixture(autouse=True)
def _nothing_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"TRACKER_{name.upper()}", raising=False)


def test_without_any_setting_it_works() -> None:
    found = Settings()
    assert (found.database_url, found.out, found.chain, found.ecosystems) == (
        "sqlite:///tracker.sqlite",
        Path("out"),
        None,
        None,
    )
    assert (found.port, found.host) == (8000, "127.0.0.1")
    assert {found.hosts, found.url, found.proxies, found.oidc_issuer, found.oidc_client_id} == {""}
    assert found.oidc_client_secret.get_secret_value() == ""


def test_each_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {
        "DATABASE_URL": "sqlite:////tmp/a.sqlite",
        "OUT": "results",
        "CHAIN": "my/chain",
        "ECOSYSTEMS": "annex.csv",
        "PROGRAMMES": "calls.csv",
        "PORT": "8100",
        "HOST": "0.0.0.0",
        "HOSTS": "tracker.example.eu, desk.local",
        "URL": "https://tracker.example.eu",
        "PROXIES": "10.0.0.1",
        "CORS": "https://model.example.eu",
        "RATE_PER_MINUTE": "600",
        "HOOKS_TO": "erp.local, 10.0.0.7",
        "OIDC_ISSUER": "https://login.example.eu/realm",
        "OIDC_CLIENT_ID": "desk",
        "OIDC_CLIENT_SECRET": "**********",
    }
    for name, value in given.items():
        monkeypatch.setenv(f"TRACKER_{name}", value)
    assert {name.upper(): str(value) for name, value in Settings()} == given


def test_each_is_described() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_they_cannot_be_changed_afterwards() -> None:
    with pytest.raises(pydantic.ValidationError, match="frozen"):
        Settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("port", 0),
        ("port", 65536),
        ("port", "many"),
        ("database_url", "mysql://db"),
        ("database_url", "sqlite:///"),
        ("colour", "red"),
        ("cors", "*"),
        ("cors", "https://a.eu, https://b.eu/path"),
        ("url", "tracker.example.eu"),
        ("url", "https://tracker.example.eu/desk"),
        ("oidc_issuer", "http://login.example.eu"),
        ("oidc_issuer", "http://localhost.evil.eu"),
    ],
)
def test_what_makes_no_sense_is_refused(name: str, value: object) -> None:
    with pytest.raises(pydantic.ValidationError, match=name) as found:
        Settings(**{name: value})
    assert "pattern" not in str(found.value), "the mend is said in words"
