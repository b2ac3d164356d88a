"""People, memory and web: where disruptions are logged and answers are given."""
