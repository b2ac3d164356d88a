"""Official tables of one's choice: where they come from, how they are fetched, and which are kept here."""
