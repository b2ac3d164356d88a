"""Files in and out: strangers' files that are looked at first, exports, backups, and the move to another database.

``columns`` says what stands in a table of a kind of record; ``uploads`` takes strangers' files in, ``importing`` says
what they would do, ``exporting`` writes everything out again. ``rows`` says what must not be lost; ``backup`` packs it
into one file, ``moving`` carries it to another database. CSV and XLSX are read and written by ``tracker.tables``.
"""
