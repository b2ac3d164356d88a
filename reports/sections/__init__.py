"""What reports say, part by part: each section takes facts and gives parts of a briefing."""
