"""Behind the forms: what somebody types becomes fields to check, and what is half typed is not lost.

``suggestion`` reads codes, places, shares and dates out of free text, each with its reason, by the words in
``vocabulary`` and what ``statements`` finds plainly said; ``duplicates`` says what is likely the same event. ``hints``
are both while one types, ``quicklog`` does it for many lines of a call, ``drafts`` keep what is not finished.
"""
