"""From losses and structure to a score: indicators, points, reasons, intervals."""
