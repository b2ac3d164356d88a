"""Documents for readers, made from an assessment."""
