"""What stands before every request: who is let in, how much may be asked, and answers that are kept."""
