"""Mail: a report as a message, the server that takes it, and who sends which report when, once."""
