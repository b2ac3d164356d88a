"""How shares are said."""

import pytest

from graphs.levels import percent


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0, "0 %"),
        (1e-9, "<0.01 %"),
        (0.0001, "0.01 %"),
        (0.0099, "0.99 %"),
        (0.01, "1.0 %"),
        (0.00996, "1.0 %"),
        (0.0994, "9.9 %"),
        (0.0999, "10 %"),
        (0.1, "10 %"),
        (-0.012, "−1.2 %"),
        (-1e-9, ">−0.01 %"),
    ],
)
def test_shares_in_words(share, words):
    assert percent(share).replace("\N{NO-BREAK SPACE}", " ") == words
